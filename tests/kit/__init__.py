"""The tests of the rendered test kit. Those in inside/ run in rendered projects."""
