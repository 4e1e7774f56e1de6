"""`yipan up` on a terminal: progress while it starts, addresses and log-ins when it serves."""

from __future__ import annotations

import logging
import sys

import structlog
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from yipan.config.database import LOOPBACK
from yipan.config.progress import Progress
from yipan.config.supervisor import WILDCARDS, Node, Stopped, Supervisor
from yipan.config.trouble import Trouble

#: What `yipan.demo.people` gives everybody; the supervisor itself knows no Django.
DEMO_PASSWORD = "yipan-demo"  # noqa: S105
ROLES = ("all", "hub", "wms", "pos")


def serve(node: Node) -> None:
    """Start, say so, keep running, stop. What cannot start says why, and leaves nothing behind."""
    _check(node)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    console = Console()
    progress = Progress(console)
    supervisor = Supervisor(node, progress)
    supervisor.listen_for_signals()
    try:
        supervisor.start()
        _greet(console, supervisor)
        supervisor.run()
    except (Stopped, KeyboardInterrupt):
        pass
    finally:
        with progress.step("Stopping"):
            supervisor.stop()
    console.print("Stopped. All data is kept in", str(node.home.root), highlight=False)


def _check(node: Node) -> None:
    if node.role not in ROLES:
        raise Trouble(f"--role has to be one of {', '.join(ROLES)}, and not {node.role!r}.")
    if node.role in ("wms", "pos") and not (node.sites and node.hub and node.key):
        raise Trouble(
            f"A node of role {node.role} needs --site, --hub and --key (or YIPAN_SITES, "
            "YIPAN_HUB_URL and YIPAN_HUB_KEY)."
        )


def _greet(console: Console, supervisor: Supervisor) -> None:
    node = supervisor.node
    host = WILDCARDS.get(node.host, node.host)
    shown = f"[{host}]" if ":" in host else host
    table = Table.grid(padding=(0, 2))
    table.add_row("Console 控制台", f"[bold]http://{shown}:{node.port}/[/]")
    table.add_row("API 接口", f"http://{shown}:{node.port}/api/v1/openapi.json")
    if supervisor.logins:
        table.add_row("Password 密码", f"[bold]{DEMO_PASSWORD}[/], for all demo log-ins 演示账号")
    for name, who in supervisor.logins:
        table.add_row(
            "Log-in 登录" if name == supervisor.logins[0][0] else "", f"[bold]{name:<12}[/]{who}"
        )
    if supervisor.is_empty:
        table.add_row("Log-in 登录", "nobody yet: [bold]yipan person create NAME --role admin[/]")
    table.add_row("Logs 日志", str(node.home.log))
    table.add_row("Stop 停止", "Ctrl-C; all data is kept 数据会保留")
    console.print(Panel(table, title="Yipan 一盘货", expand=False))
    if supervisor.logins and node.host not in LOOPBACK:
        console.print(
            "[yellow]The demo log-ins are open to everybody who can reach this address.[/] "
            "Change their passwords, or start an empty system with --no-demo."
        )
