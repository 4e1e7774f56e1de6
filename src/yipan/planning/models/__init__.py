"""Index of the tables of planning, for Django to find. No code here."""

from yipan.planning.models.demand import ChannelDemand, DemandDay, DemandEvent, FeedPosition
from yipan.planning.models.outlook import StockOutlook
from yipan.planning.models.policy import PolicyLayer
from yipan.planning.models.proposal import Proposal, ProposalState, TransferRoute
from yipan.planning.models.run import Backtest, PlanRun, PlanShard, RunState

__all__ = [
    "Backtest",
    "ChannelDemand",
    "DemandDay",
    "DemandEvent",
    "FeedPosition",
    "PlanRun",
    "PlanShard",
    "PolicyLayer",
    "Proposal",
    "ProposalState",
    "RunState",
    "StockOutlook",
    "TransferRoute",
]
