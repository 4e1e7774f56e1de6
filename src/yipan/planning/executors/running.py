"""
Running a pure function over shards: in this process, in several, on Dask or on Ray.

The order of results does not matter, and nothing else differs: the plan is the same for all of
them. Dask and Ray are found where they are installed; the PostgreSQL queue hands shards to the
workers that are there already and lives with them (`config.clock`).
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any, Protocol, TypeVar

from yipan.foundation.refusals import Refusal
from yipan.planning.rules.shard import Plan, Shard

Work = Callable[[Shard], Plan]
M = TypeVar("M")


class ExecutorMissing(Refusal):
    """This way to compute a plan needs a package that is not installed."""

    code = "planning.executor_missing"


class Executor(Protocol):
    """Runs a pure function over shards; order of results does not matter."""

    def map(self, work: Work, shards: Iterable[Shard]) -> Iterator[Plan]:
        """Return what came of each shard."""


class Serial:
    """One after the other, in this process."""

    def map(self, work: Work, shards: Iterable[Shard]) -> Iterator[Plan]:
        """Return what came of each shard, in order."""
        for shard in shards:
            yield work(shard)


class Processes:
    """Several processes that live as long as the run."""

    def __init__(self, *, count: int = 0) -> None:
        self.count = count or os.cpu_count() or 1

    def map(self, work: Work, shards: Iterable[Shard]) -> Iterator[Plan]:
        """Return what came of each shard, as it comes."""
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(max_workers=self.count, mp_context=context) as pool:
            futures = [pool.submit(work, shard) for shard in shards]
            for future in as_completed(futures):
                yield future.result()


class Dask:
    """Tasks on a Dask cluster, or in processes of this machine when none is named."""

    def __init__(self, *, address: str = "") -> None:
        self.address = address
        self.module = _find("dask.distributed", "dask")

    def map(self, work: Work, shards: Iterable[Shard]) -> Iterator[Plan]:
        """Return what came of each shard, as it comes."""
        options: dict[str, Any] = (
            {"address": self.address}
            if self.address
            else {
                "n_workers": os.cpu_count() or 1,
                "threads_per_worker": 1,
                "dashboard_address": None,
            }
        )
        with self.module.Client(**options) as client:
            futures = [client.submit(work, shard, pure=False) for shard in shards]
            for future in self.module.as_completed(futures):
                yield future.result()


class Ray:
    """Tasks on a Ray cluster, or on this machine when none is named."""

    def __init__(self, *, address: str = "") -> None:
        self.address = address
        self.module = _find("ray", "ray")

    def map(self, work: Work, shards: Iterable[Shard]) -> Iterator[Plan]:
        """Return what came of each shard, as it comes."""
        ray = self.module
        if not ray.is_initialized():
            ray.init(address=self.address or None, include_dashboard=False, log_to_driver=False)
        remote = ray.remote(work)
        waiting = [remote.remote(shard) for shard in shards]
        while waiting:
            ready, waiting = ray.wait(waiting, num_returns=1)
            yield from ray.get(ready)


def make_executor(name: str, *, address: str = "") -> Executor:
    """
    Return the executor of a name.

    :raises ExecutorMissing: if its package is not installed.
    """
    if name == "processes":
        return Processes()
    if name == "dask":
        return Dask(address=address)
    if name == "ray":
        return Ray(address=address)
    return Serial()


def _find(module: str, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ExecutorMissing(package=package) from error
