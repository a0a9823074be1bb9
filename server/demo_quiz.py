"""The quiz of the demo space: about the two doors, with a question of each kind."""

from protocol.quiz import (
    IS_FALSE,
    Choice,
    ChoiceId,
    Question,
    QuestionId,
    QuestionKind,
    Quiz,
    QuizSettings,
    ShowAfter,
)


def _choices(**texts: str) -> tuple[Choice, ...]:
    return tuple(Choice(id=ChoiceId(one), text=text) for one, text in texts.items())


QUIZ = Quiz(
    questions=(
        Question(
            id=QuestionId("who"),
            kind=QuestionKind.SINGLE,
            text="Who can come in by a guest link?",
            choices=_choices(
                mailed="Only the person it was mailed to",
                anybody="Anybody who has it, within its limits",
                account="Only people with an account",
            ),
            right=(ChoiceId("anybody"),),
            explanation="A guest gives a name and an e-mail address. Limits of uses and days, and "
            "host approval, keep a link that went too far in hand.",
        ),
        Question(
            id=QuestionId("bound"),
            kind=QuestionKind.MULTIPLE,
            text="What is an invite link bound to?",
            choices=_choices(
                entry="One entry",
                email="One e-mail address",
                device="One device",
                classroom="One classroom",
            ),
            right=(ChoiceId("entry"), ChoiceId("email"), ChoiceId("device")),
            points=2,
            explanation="Moving to another device takes a code that is mailed to the address.",
        ),
        Question(
            id=QuestionId("off"),
            kind=QuestionKind.TRUE_FALSE,
            text="Switching guest access off removes the guests who are inside.",
            right=(IS_FALSE,),
            explanation="It stops new arrivals at every link at once. Who is inside stays, until "
            "somebody removes them.",
        ),
        Question(
            id=QuestionId("wait"),
            kind=QuestionKind.TEXT,
            text="What is the place called where people wait until a host lets them in?",
            accepted=("waiting room", "the waiting room", "waitingroom"),
            points=2,
        ),
        Question(
            id=QuestionId("back"),
            kind=QuestionKind.TRUE_FALSE,
            text="A guest who comes back on the same device uses the link up a second time.",
            right=(IS_FALSE,),
        ),
        Question(
            id=QuestionId("try"),
            kind=QuestionKind.SINGLE,
            text="Which door will you try first?",
            choices=_choices(guest="Guest link", invite="Invite link"),
            points=0,
        ),
    ),
    settings=QuizSettings(attempts=3, show_after=ShowAfter.ANSWERS, pass_percent=60),
)
