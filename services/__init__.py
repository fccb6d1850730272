"""The four services of Plumbline, the embedded platform that runs them in one process, and the command line."""
