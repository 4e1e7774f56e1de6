"""Every environment variable Yipan reads, on one page: what it is for, and what it is without."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One variable. `group` is the heading it stands under; `without` what holds when not set."""

    name: str
    group: str
    without: str
    meaning: str


STARTING = "Starting"
DATABASE = "Database"
NODE = "Hub and site nodes"
WAREHOUSE = "Warehouse"
PLANNING = "Planning"
SERVING = "Serving to others"
DEVELOPING = "Building and developing"

VARIABLES = (
    Variable(
        name="HOST",
        group=STARTING,
        without="`127.0.0.1`",
        meaning="Address to listen on. `0.0.0.0` is every address of the machine.",
    ),
    Variable(
        name="PORT",
        group=STARTING,
        without="`8000`",
        meaning="Port of the web. The fastlane takes the next one.",
    ),
    Variable(
        name="YIPAN_HOME",
        group=STARTING,
        without="the user's data folder (`~/.local/share/yipan` on Linux); for root "
        "`/var/lib/yipan`",
        meaning="The data home: database, keys, logs.",
    ),
    Variable(
        name="YIPAN_TIME_ZONE",
        group=STARTING,
        without="`Asia/Shanghai`",
        meaning="Time zone of the head office. Each site has its own besides.",
    ),
    Variable(
        name="YIPAN_DEMO_DAYS",
        group=STARTING,
        without="`0`",
        meaning="How many simulated days lie behind a new demo retailer, such as `30`. Each takes "
        "some seconds at the first start.",
    ),
    Variable(
        name="YIPAN_DEMO_PEOPLE",
        group=STARTING,
        without="the demo's, where it is served to this machine alone",
        meaning="Demo log-ins the page of the log-in offers by one click, with commas.",
    ),
    Variable(
        name="YIPAN_WEB_WORKERS",
        group=STARTING,
        without="one per core, at most 2",
        meaning="How many web processes serve; each has 8 threads and up to 12 connections.",
    ),
    Variable(
        name="DATABASE_URL",
        group=DATABASE,
        without="the embedded PostgreSQL",
        meaning="A PostgreSQL 15 to 18 of your own, as its owner: "
        "`postgresql://user:password@host:5432/database`.",
    ),
    Variable(
        name="YIPAN_APP_DATABASE_URL",
        group=DATABASE,
        without="`DATABASE_URL`",
        meaning="The same database as the role `yipan_app`, which may not touch what is posted. "
        "Web, fastlane and worker use it.",
    ),
    Variable(
        name="YIPAN_DATABASE_ROLE",
        group=DATABASE,
        without="`owner`",
        meaning="As whom a process logs in: `owner` or `app`. The supervisor sets it.",
    ),
    Variable(
        name="YIPAN_KEEP_MESSAGES_DAYS",
        group=DATABASE,
        without="`400`",
        meaning="How many days messages are kept that everybody has had; 7 or more, and more than "
        "your oldest backup. `0` keeps all. See [Retention](../operating/retention.md).",
    ),
    Variable(
        name="YIPAN_ROLE",
        group=NODE,
        without="`all`",
        meaning="What this machine is: `all`, `hub`, `wms` or `pos`.",
    ),
    Variable(
        name="YIPAN_SITES",
        group=NODE,
        without="all sites",
        meaning="Sites a node of role `wms` or `pos` serves, with commas.",
    ),
    Variable(
        name="YIPAN_HUB_URL",
        group=NODE,
        without="no hub",
        meaning="Address of the hub, for a site node.",
    ),
    Variable(
        name="YIPAN_HUB_KEY",
        group=NODE,
        without="no key",
        meaning="API key of the site node at the hub (`yipan apikey create`).",
    ),
    Variable(
        name="YIPAN_KEY",
        group=NODE,
        without="no key",
        meaning="API key for `yipan import tickets --url` into a Yipan elsewhere.",
    ),
    Variable(
        name="YIPAN_RETRY_SECONDS_FIRST",
        group=NODE,
        without="`5`",
        meaning="How long a node waits before it tries the hub again; each time twice as long.",
    ),
    Variable(
        name="YIPAN_GS1_PREFIX",
        group=WAREHOUSE,
        without="`9521234`, GS1's prefix for examples",
        meaning="Your GS1 company prefix, 4 to 10 digits: parcels and pallets are numbered under "
        "it (SSCC).",
    ),
    Variable(
        name="YIPAN_SSCC_EXTENSION",
        group=WAREHOUSE,
        without="`0`",
        meaning="First digit of each SSCC. Nodes with databases of their own take different ones.",
    ),
    Variable(
        name="YIPAN_PLAN_EXECUTOR",
        group=PLANNING,
        without="`serial`",
        meaning="Who computes the plan: `serial` (the worker alone), `processes`, `queue` (all "
        "workers, over PostgreSQL), `dask` or `ray` where they are installed.",
    ),
    Variable(
        name="YIPAN_PLAN_SHARDS",
        group=PLANNING,
        without="`8`",
        meaning="In how many parts a plan is computed. A plan that was killed goes on with the "
        "parts that are not done.",
    ),
    Variable(
        name="YIPAN_PLAN_ADDRESS",
        group=PLANNING,
        without="processes of this machine",
        meaning="Address of the Dask scheduler or the Ray cluster.",
    ),
    Variable(
        name="YIPAN_HOSTS",
        group=SERVING,
        without="localhost, and the names of this machine when `HOST` is not loopback",
        meaning="Names that browsers may call this server by, with commas.",
    ),
    Variable(
        name="YIPAN_HTTPS",
        group=SERVING,
        without="`0`",
        meaning="`1` when a proxy in front speaks https: secure cookies, redirects, HSTS.",
    ),
    Variable(
        name="YIPAN_ORIGINS",
        group=SERVING,
        without="none",
        meaning="Origins a proxy shows to browsers, such as `https://stock.example.com`, "
        "with commas.",
    ),
    Variable(
        name="YIPAN_WEBHOOK_PRIVATE",
        group=SERVING,
        without="`0`",
        meaning="`1` lets webhooks go to addresses of your own network, and without https.",
    ),
    Variable(
        name="YIPAN_PROXIES",
        group=SERVING,
        without="`0`",
        meaning="How many proxies of your own stand in front: what they say of addresses "
        "and https is believed.",
    ),
    Variable(
        name="YIPAN_REQUESTS_BURST",
        group=SERVING,
        without="`2000`",
        meaning="How many requests one client may send at once before it is told to wait (429).",
    ),
    Variable(
        name="YIPAN_REQUESTS_PER_SECOND",
        group=SERVING,
        without="`500`",
        meaning="How many requests one client may send per second in the long run.",
    ),
    Variable(
        name="YIPAN_FASTLANE_BURST",
        group=SERVING,
        without="`20000`",
        meaning="How many requests one API key may send to the fastlane at once (429).",
    ),
    Variable(
        name="YIPAN_FASTLANE_PER_SECOND",
        group=SERVING,
        without="`5000`",
        meaning="How many requests one API key may send to the fastlane per second in the long "
        "run.",
    ),
    Variable(
        name="YIPAN_FASTLANE_READ_AGE_MS",
        group=SERVING,
        without="`1000`",
        meaning="How old an answer about availability may be, in milliseconds; `0` reads the book "
        "each time. A promise is decided on the book itself.",
    ),
    Variable(
        name="YIPAN_LIVE_URL",
        group=SERVING,
        without="`:PORT/live` of the fastlane under `yipan up`; none behind a proxy",
        meaning="Where browsers find the stream of live pages. Behind a proxy that passes `/live` "
        "on to the fastlane: `/live`. Without one, pages ask again every 20 seconds.",
    ),
    Variable(
        name="YIPAN_SECRET_KEY",
        group=SERVING,
        without="a random one, kept in the data home",
        meaning="Signs sessions. Name one when several machines serve one database.",
    ),
    Variable(
        name="YIPAN_STATIC_ROOT",
        group=DEVELOPING,
        without="`static` in the data home under `yipan up`; else files are served in place",
        meaning="Where static files are gathered under hashed names.",
    ),
    Variable(
        name="YIPAN_DEBUG",
        group=DEVELOPING,
        without="`0`",
        meaning="`1` shows tracebacks in the browser. Never where others can reach it.",
    ),
    Variable(
        name="YIPAN_TEST_DATABASE_URL",
        group=DEVELOPING,
        without="a throw-away embedded server",
        meaning="The server the tests make their databases on, as a superuser.",
    ),
)


def make_settings_page(made: str) -> str:
    """Return the page of all variables, a heading per group. `made` says what made it."""
    lines = [
        "# Settings",
        "",
        made,
        "Everything an operator may change is an environment variable. Options of `yipan up` say",
        "the same for one start, and come before them.",
    ]
    group = ""
    for variable in VARIABLES:
        if variable.group != group:
            group = variable.group
            lines += ["", f"## {group}", "", "| variable | without it | meaning |"]
            lines.append("| --- | --- | --- |")
        lines.append(f"| `{variable.name}` | {variable.without} | {variable.meaning} |")
    return "\n".join(lines) + "\n"
