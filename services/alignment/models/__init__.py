"""Tables of alignment: those of the view, and those of what it records itself."""

from services.alignment.models import own, view
from services.alignment.models.base import Base
from services.alignment.models.view import NODES
from shared.resource import index_lists

__all__ = ["NODES", "Base", "own", "view"]

index_lists(Base.metadata)
_TABLES = Base.metadata.tables
GENERATION, PROGRESS, AHEAD, OFFSET = (_TABLES[name] for name in ("generation", "progress", "ahead", "offset"))
RECORD, EDGE, FINDING, DEAD_LETTER = (_TABLES[name] for name in ("record", "edge", "finding", "dead_letter"))
BASELINE, TALLY = (_TABLES[name] for name in ("baseline", "tally"))
SETTING, RULE_PACK = (_TABLES[name] for name in ("setting", "rule_pack"))
SCENARIO, CAMPAIGN = (_TABLES[name] for name in ("scenario", "campaign"))
ANNOUNCED, ANNOUNCING, CHANGE, LEADER = (_TABLES[name] for name in ("announced", "announcing", "change", "leader"))
WAIVER, ACKNOWLEDGEMENT, COMMENT = (_TABLES[name] for name in ("waiver", "acknowledgement", "comment"))
