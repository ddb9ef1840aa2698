"""The packs that are published, version by version, and the law read from them."""
