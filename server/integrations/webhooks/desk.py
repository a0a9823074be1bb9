"""Subscriptions as the edge asks for them: made, shown, switched, tested, told again."""

from collections.abc import Callable
from dataclasses import replace

from protocol.errors import ErrorCode
from protocol.ids import RoomId
from protocol.webhooks import DeliveryView, Topic, WebhookForm, WebhookView
from server.edge.ports import BadWebhookError
from server.integrations.outgoing import BadTargetError, checked_target
from server.integrations.webhooks.courier import Courier
from server.integrations.webhooks.keep import MAX_SUBSCRIPTIONS, Subscription


class WebhookDesk:
    """`Webhooks` over a courier.

    Args:
        clock: ms UTC.
        new_id: 16 hexadecimal digits that nobody has used.
    """

    def __init__(
        self, courier: Courier, clock: Callable[[], int], new_id: Callable[[], str]
    ) -> None:
        """Take the courier, which runs."""
        self._courier = courier
        self._keep = courier.keep
        self._clock = clock
        self._new_id = new_id

    def all(self) -> list[WebhookView]:
        """See `Webhooks.all`."""
        return [self._view(one) for one in self._keep.subscriptions]

    async def create(self, form: WebhookForm) -> WebhookView:
        """See `Webhooks.create`."""
        await self._keep.refresh()
        if len(self._keep.subscriptions) >= MAX_SUBSCRIPTIONS:
            raise BadWebhookError(ErrorCode.TOO_LARGE)
        try:
            url = checked_target(form.url)
        except BadTargetError:
            raise BadWebhookError(ErrorCode.BAD_REQUEST) from None
        made = Subscription(
            id=f"wh_{self._new_id()}",
            url=url,
            topics=tuple(sorted(set(form.topics))),
            entry_id=form.entry_id or "",
            created_at=self._clock(),
        )
        await self._keep.save(made)
        return self._view(made)

    async def switch(self, webhook_id: str, *, is_paused: bool) -> WebhookView | None:
        """See `Webhooks.switch`."""
        found = await self._found(webhook_id)
        if found is None:
            return None
        changed = replace(found, is_paused=is_paused, is_gone=False)
        await self._keep.save(changed)
        if changed.is_on:
            await self._courier.start_anew(changed)
        return self._view(changed)

    async def delete(self, webhook_id: str) -> bool:
        """See `Webhooks.delete`."""
        found = await self._found(webhook_id)
        if found is None:
            return False
        await self._keep.delete(found)
        self._courier.forget(found)
        return True

    async def test(self, webhook_id: str) -> DeliveryView | None:
        """See `Webhooks.test`."""
        found = await self._found(webhook_id)
        return None if found is None else await self._courier.test(found)

    async def deliveries(self, webhook_id: str, limit: int) -> list[DeliveryView] | None:
        """See `Webhooks.deliveries`."""
        found = await self._found(webhook_id)
        return None if found is None else await self._keep.tries(found, limit)

    async def replay(self, webhook_id: str, room: RoomId, from_number: int) -> int | None:
        """See `Webhooks.replay`."""
        found = await self._found(webhook_id)
        if found is None:
            return None
        count = await self._count(found, room, from_number)
        if count:
            await self._keep.move(found, room, from_number - 1)
            await self._courier.start_anew(found)
        return count

    async def _count(self, found: Subscription, room: RoomId, from_number: int) -> int:
        count, after = 0, from_number - 1
        while page := await self._keep.messages(room, after):
            count += sum(1 for message in page if found.wants(message))
            after = page[-1].number
        return count

    async def _found(self, webhook_id: str) -> Subscription | None:
        """Find a subscription, also one that another node has made just now."""
        known = {one.id: one for one in self._keep.subscriptions}
        if webhook_id not in known:
            await self._keep.refresh()
            known = {one.id: one for one in self._keep.subscriptions}
        return known.get(webhook_id)

    def _view(self, one: Subscription) -> WebhookView:
        return WebhookView(
            id=one.id,
            url=one.url,
            topics=tuple(Topic(topic) for topic in one.topics),
            entry_id=one.entry_id or None,
            state=self._courier.state(one),
            created_at=one.created_at,
            secret=self._courier.secret(one.id),
        )
