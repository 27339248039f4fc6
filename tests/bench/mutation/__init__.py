"""Protecting lines made wrong on purpose, one at a time: does a test notice?"""
