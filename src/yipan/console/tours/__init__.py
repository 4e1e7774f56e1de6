"""Guided tours: a few stops on real pages for each role, to be left and taken up again."""
