"""The inner loop in C, optional, and numpy beside it.

lowering.py     a plan as a flat program of whole numbers
engine.py       who does what of a plan: the kernel, and numpy what it does not carry or leaves in doubt
_kernel.c       what Python sees of the kernel; the work is in _block.h and what it includes
"""
