"""The registries of enterprises, version by version, and one firm looked up in them."""
