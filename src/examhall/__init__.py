"""Examhall: an open system for live proctored exams."""
