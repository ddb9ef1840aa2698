"""Calibrate (参数测算): the figure of a text that meets a budget or reaches so many.

`figure` names the figure and its grid, `measuring` says what one value of it costs and whom it reaches, `search` finds the value, `write` the files.
"""
