"""Door for one act at a node, `python -m tests.nodes ACT`, or for a desk where many are done."""

import sys

import django

if __name__ == "__main__":
    django.setup()

    # Acts need the apps.
    if sys.argv[1] == "desk":
        from tests.nodes.desk import serve

        serve()
    else:
        from tests.nodes.acts import main

        main()
