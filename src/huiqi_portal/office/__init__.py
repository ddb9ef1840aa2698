"""The policy office: runs over the registry, simulations, reviews, visits."""
