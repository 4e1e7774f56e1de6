"""Door for one act at a node: `python -m tests.nodes ACT`."""

import django

if __name__ == "__main__":
    django.setup()

    # Acts need the apps.
    from tests.nodes.acts import main

    main()
