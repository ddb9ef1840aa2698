"""Evaluate a registry on a Spark cluster: the same kernel over Arrow batches, the same results to the bit as on one machine.

    session.py    the cluster
    job.py        what is sent to every worker process
    packed.py     cells of a row as bytes
    worker.py     what a worker process does: read, put together, evaluate
    evaluate.py   what the driver does

Needs the extra `spark`: `pip install huiqi[spark]`, and Java. How it runs on a real cluster stands in docs/spark.md.
"""
