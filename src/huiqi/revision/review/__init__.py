"""Reviews of a portfolio before it is enacted (文件出台前的自查)."""
