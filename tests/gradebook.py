"""The book of grades of a learning platform, behind the handler of `lti1p3platform`."""

import json
from collections.abc import Callable
from typing import Any

from lti1p3platform.exceptions import LtiServiceException
from lti1p3platform.request import Request
from lti1p3platform.score import ActivityProgress, GradeProgress, UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    NonNegativeFloat,
    PositiveFloat,
    ValidationError,
)
from pydantic.alias_generators import to_camel


class Score(BaseModel):
    """What a score has to be, which the library leaves to its users.

    Source: LTI Assignment and Grade Services 2.0, section 3.4.5. More is allowed there; what we
    send of a person is to be this and nothing else.
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)
    user_id: str
    score_given: NonNegativeFloat
    score_maximum: PositiveFloat
    timestamp: AwareDatetime
    activity_progress: ActivityProgress
    grading_progress: GradeProgress


class Asked(Request):
    """A request as the library wants it."""

    def build_metadata(self, request: Any) -> Any:
        return request


def _not_here(*_: Any, **__: Any) -> Any:
    raise LtiServiceException("only scores are taken here", 501)


class GradeBook(AssignmentsGradesService):
    """Takes scores from whoever the library lets write: with a token of the platform, for that.

    Args:
        take: gets the line item and the score as it came; may raise `LtiServiceException`.
    """

    take: Callable[[str, dict[str, Any]], None]
    # The library would be content with a token for any part of the service.
    allowed_scopes = ("https://purl.imsglobal.org/spec/lti-ags/scope/score",)

    find_lineitems = find_lineitem = create_lineitem = update_lineitem = _not_here
    delete_lineitem = get_results = _not_here

    def update_score(self, line_item_id: str, score: Any) -> UpdateScoreStatus:
        try:
            Score.model_validate_json(json.dumps(score))
        except ValidationError as fault:
            raise LtiServiceException(str(fault), 400) from fault
        self.take(line_item_id, score)
        return UpdateScoreStatus.SUCCESS
