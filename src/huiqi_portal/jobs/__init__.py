"""Work in the background: started by a page, done by the worker, looked at while it runs."""
