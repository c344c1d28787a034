"""The rules of the smoke stage, one file each: two moments of a relation in, findings out.

What got worse is an error or a warning; what was like that before is told, and refuses nothing.
"""
