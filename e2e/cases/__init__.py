"""The end-to-end cases, a file for each subject. Every module here is loaded by the runner."""
