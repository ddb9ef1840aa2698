"""What is not looked into for doctests: modules whose extra is not installed."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("pyspark") else ["src/huiqi/entitlements/spark/evaluate.py", "src/huiqi/entitlements/spark/session.py"]
