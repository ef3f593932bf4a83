"""The charges of one house for some days: who pays, at which price, how much (BIL-01…BIL-04)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from huiyin.billing.rules import prices
from huiyin.billing.rules.costs import (
    costs_of_share,
    costs_of_use,
    fen_before,
    part_before,
    worth,
)
from huiyin.billing.rules.facts import (
    AREA,
    BY_DAYS,
    CONTRACT,
    METERED,
    MONTH,
    Billed,
    Charge,
    HouseFacts,
    Item,
    NewLine,
    NewSnag,
    Scheme,
    Share,
    Slip,
    Tariff,
)
from huiyin.billing.rules.payers import Bearer, bearers, developer_on
from huiyin.billing.rules.prices import Stretch
from huiyin.billing.rules.spans import (
    Span,
    common,
    cut,
    month_after,
    ticks,
)
from huiyin.billing.rules.workings import (
    carried,
    days_said,
    only_step,
    part_said,
    places,
    relief_said,
    said,
    steps_of,
)
from huiyin.meters.rules import ESTIMATED, Held, MeterFacts, Missing, Use, use

REGULAR, CORRECTION, OF_SLIP = "regular", "correction", "slip"
ONE: Final = Decimal(1)
NOTHING: Final = Decimal(0)
DAY: Final = timedelta(days=1)


class Reckoning:
    """What a house is charged, collected line by line, and what stands in the way."""

    def __init__(self, house: HouseFacts, scheme: Scheme) -> None:
        self.house = house
        self.scheme = scheme
        self.lines: list[NewLine] = []
        self.snags: list[NewSnag] = []
        self._bearers: dict[Any, tuple[Bearer, ...]] = {}
        # What the metered lines of a charge freeze, while the next ones go on from there.
        self._frozen: dict[int, dict[str, Any]] = {}
        self._given_back = dict(house.given_back)

    # -- what is looked up

    def span_of(self, charge: Charge, item: Item) -> Span | None:
        """Return the days of the run's period on which the charge is borne, or None."""
        period = self.scheme.window(item)
        from_on, until_on = charge.from_on, charge.until_on
        if item.split == MONTH:
            from_on, until_on = month_after(from_on), until_on and month_after(until_on)
        span = (
            from_on if from_on > period.from_on else period.from_on,
            until_on if until_on is not None and until_on < period.until_on else period.until_on,
        )
        return span if span[0] < span[1] else None

    def billed_of(self, charge: Charge) -> list[Billed]:
        """Return the live regular lines of a charge that the facts tell of."""
        return [
            one for one in self.house.billed if one.charge_id == charge.id and one.kind == REGULAR
        ]

    def bearers(
        self, span: Span, split: str, pays: str, payer_id: int | None
    ) -> tuple[Bearer, ...]:
        """Return who bears a charge on the days of a span; asked once for charges alike."""
        key = (span, split, pays, payer_id)
        found = self._bearers.get(key)
        if found is None:
            found = self._bearers[key] = bearers(
                self.house,
                span,
                pays=pays,
                payer_id=payer_id,
                split=split,
                developer_id=self.scheme.developer_id,
            )
        return found

    def snag(
        self, code: str, item: Item, values: dict[str, Any] | None = None, *, blocking: bool = True
    ) -> None:
        """Note what stands in the way, once."""
        noted = NewSnag(code, blocking, item.id, values or {})
        if noted not in self.snags:
            self.snags.append(noted)

    # -- by area, fixed, by contract

    def charge(self, charge: Charge, item: Item, spans: Sequence[Span], start: date) -> None:
        """Charge some days; rounding is carried on from ``start`` (I6)."""
        if item.way in BY_DAYS:
            self._by_days(charge, item, spans, start)
        elif item.way == METERED:
            for span in spans:
                taken = self._taken_after(charge, span[1])
                for part in self._at_readings(charge, item, span, taken):
                    self._metered(charge, item, part, taken if part[1] == span[1] else {})

    def _by_days(self, charge: Charge, item: Item, spans: Sequence[Span], start: date) -> None:
        quantity = self.house.area if item.way == AREA else charge.quantity
        if quantity is None or (item.way == AREA and quantity <= 0):
            self.snag("no_area", item)
            return
        if item.way == CONTRACT:
            if charge.price is None:
                self.snag("no_contract_price", item, {"label": charge.label})
                return
            laid: Sequence[Stretch] = (Stretch(start, spans[-1][1], None),)
            rates: dict[int | None, tuple[int, bool]] = {
                None: prices.monthly_rate(quantity, charge.price, Decimal(0))
            }
        else:
            laid = self.laid(item)
            if not self._priced(item, laid, spans):
                return
            rates = {
                one.tariff and one.tariff.id: (
                    prices.monthly_rate(quantity, one.tariff.price, one.tariff.least)
                    if one.tariff
                    else (0, False)
                )
                for one in laid
            }
        if len(laid) == 1 and len(spans) == 1 and spans[0][0] == start and not charge.reliefs:
            borne = self.bearers(spans[0], item.split, charge.pays, charge.payer_id)
            if len(borne) == 1 and borne[0].payer_id is not None:
                self._plain(charge, item, borne[0], laid[0].tariff, quantity, rates=rates)
                return
        found = prices.pieces(laid, charge.reliefs, rates)
        for bearer, tariff in self._cut(charge, item, laid, spans):
            from_on, until_on = bearer.from_on, bearer.until_on
            before = prices.fen(prices.value(found, start, from_on)) if from_on > start else 0
            upto = prices.fen(prices.value(found, start, until_on))
            price = tariff.price if tariff else charge.price
            working: dict[str, Any] = {
                "way": item.way,
                "unit": item.unit,
                "quantity": str(quantity),
                "steps": steps_of(found, from_on, until_on, price),
            }
            if before and prices.fen(prices.value(found, from_on, until_on)) != upto - before:
                working |= carried(before, upto, start)
            if charge.label:
                working["label"] = charge.label
            self._line(
                item,
                bearer,
                upto - before,
                quantity,
                working=working,
                price=price,
                charge_id=charge.id,
                tariff_id=tariff and tariff.id,
            )

    def _plain(
        self,
        charge: Charge,
        item: Item,
        bearer: Bearer,
        tariff: Tariff | None,
        quantity: Decimal,
        *,
        rates: Mapping[int | None, tuple[int, bool]],
    ) -> None:
        """Charge days with one price and one payer from the start, as nearly every line is."""
        from_on, until_on = bearer.from_on, bearer.until_on
        rate, least = rates[tariff and tariff.id]
        price = tariff.price if tariff else charge.price
        working: dict[str, Any] = {
            "way": item.way,
            "unit": item.unit,
            "quantity": str(quantity),
            "steps": only_step(
                from_on, until_on, price, tariff.least if tariff and least else None
            ),
        }
        if charge.label:
            working["label"] = charge.label
        self._line(
            item,
            bearer,
            prices.fen(rate * ticks(from_on, until_on)),
            quantity,
            working=working,
            price=price,
            charge_id=charge.id,
            tariff_id=tariff and tariff.id,
        )

    def laid(self, item: Item) -> tuple[Stretch, ...]:
        """Return the tariffs of an item for a kind of house, laid over the period of the run."""
        key = (item.id, self.house.kind)
        found: tuple[Stretch, ...] | None = self.scheme.laid.get(key)
        if found is None:
            period = self.scheme.window(item)
            found = self.scheme.laid[key] = prices.stretches(
                [one for one in self.scheme.tariffs if one.item_id == item.id],
                self.house.kind,
                (period.from_on, period.until_on),
            )
        return found

    def _priced(self, item: Item, laid: Sequence[Stretch], spans: Sequence[Span]) -> bool:
        """Tell whether every day has a price; note the days that have none."""
        if len(laid) == 1 and laid[0].tariff is not None:
            return True
        gaps = [
            days
            for one in laid
            if one.tariff is None
            for span in spans
            if (days := common(span, (one.from_on, one.until_on)))
        ]
        for from_on, until_on in gaps:
            self.snag("no_tariff", item, days_said(from_on, until_on))
        return not gaps

    def _cut(
        self, charge: Charge, item: Item, laid: Sequence[Stretch], spans: Sequence[Span]
    ) -> list[tuple[Bearer, Tariff | None]]:
        """Cut spans by tariff and by who bears them; nothing when nobody does on some day."""
        found: list[tuple[Bearer, Tariff | None]] = []
        for span in spans:
            borne = self.bearers(span, item.split, charge.pays, charge.payer_id)
            for stretch in laid:
                for begun, ended, payer_id, liable_id in borne:
                    from_on = begun if begun > stretch.from_on else stretch.from_on
                    until_on = ended if ended < stretch.until_on else stretch.until_on
                    if from_on < until_on:
                        bearer = Bearer(from_on, until_on, payer_id, liable_id)
                        found.append((bearer, stretch.tariff))
        return found if self._borne(item, [bearer for bearer, _ in found]) else []

    def _borne(self, item: Item, borne: Sequence[Bearer]) -> bool:
        """Tell whether somebody bears every day; note the days on which nobody does."""
        nobody = [one for one in borne if one.payer_id is None]
        for one in nobody:
            self.snag("no_payer", item, days_said(one.from_on, one.until_on))
        return not nobody

    def _line(
        self,
        item: Item,
        bearer: Bearer,
        fen: int,
        quantity: Decimal,
        *,
        working: dict[str, Any],
        price: Decimal | None = None,
        kind: str = REGULAR,
        charge_id: int | None = None,
        share_id: int | None = None,
        slip_id: int | None = None,
        tariff_id: int | None = None,
        corrects_id: int | None = None,
    ) -> None:
        from_on, until_on, payer_id, liable_id = bearer
        if payer_id is None or liable_id is None:
            raise ValueError("nobody to bill")
        self.lines.append(
            NewLine(
                item.id,
                kind,
                from_on,
                until_on,
                payer_id,
                liable_id,
                prices.yuan(fen),
                quantity,
                price,
                working,
                charge_id,
                share_id,
                slip_id,
                tariff_id,
                corrects_id,
            )
        )

    # -- by meter

    def _metered(self, charge: Charge, item: Item, span: Span, taken: Mapping[int, int]) -> None:
        used = self._use(charge, item, span, taken)
        if used is None:
            return
        before = self._before(charge, span[0])
        ahead = Decimal(self._went_before(charge, span[0]).get("left", "0"))
        given = self._given_back.pop(charge.id, NOTHING)
        net = used.quantity - used.back - ahead + given
        frozen = {
            "used": str(max(net, NOTHING)),
            "use": [str(day) for day in span],
            "meters": [part_said(one) for one in used.parts],
            "begins_with": {str(meter): reading for meter, reading in used.begins_with.items()},
            "opens_with": {str(meter): reading for meter, reading in used.opens_with.items()},
        }
        if given:
            frozen["given"] = str(given)
        if ahead:
            frozen["ahead"] = str(ahead)
        back, left = self._taken_back(item, before, -net) if net < 0 else ([], Fraction())
        if left:
            frozen["left"] = said(left, 4)
        self._frozen[charge.id] = frozen
        if self.measured(charge, item, span, max(net, NOTHING), frozen):
            self.lines += back
            if left:
                self.snag("over_estimated", item, {"left": said(left, 4)}, blocking=False)

    def measured(
        self,
        charge: Charge,
        item: Item,
        span: Span,
        quantity: Decimal,
        frozen: dict[str, Any],
    ) -> bool:
        """Charge what was used in a span, evenly over its days; tell whether that was possible."""
        laid = self.laid(item)
        if not self._priced(item, laid, [span]):
            return False
        steps, costs = costs_of_use(charge.reliefs, laid, span, Fraction(quantity))
        lines = self._cut(charge, item, laid, [span])
        for bearer, tariff in lines:
            from_on, until_on = bearer.from_on, bearer.until_on
            before, upto = fen_before(costs, from_on), fen_before(costs, until_on)
            part = part_before(quantity, span, until_on) - part_before(quantity, span, from_on)
            working: dict[str, Any] = {
                "way": METERED,
                "unit": item.unit,
                "quantity": str(part),
                **frozen,
                "steps": [step for days, step in steps if common((from_on, until_on), days)],
            }
            if (from_on, until_on) != span:
                working["days"] = [(until_on - from_on).days, (span[1] - span[0]).days]
                working |= carried(before, upto, span[0])
            self._line(
                item,
                bearer,
                upto - before,
                part,
                working=working,
                price=tariff.price if tariff and not tariff.tiers else None,
                charge_id=charge.id,
                tariff_id=tariff and tariff.id,
            )
        return bool(lines)

    def _use(self, charge: Charge, item: Item, span: Span, taken: Mapping[int, int]) -> Use | None:
        meters = self.house.meters.get(item.meter_kind, ())
        named = [one for one in meters if one.code == charge.label]
        opened = self._went_before(charge, span[0]).get("opens_with", {})
        told = use(
            named or meters,
            from_on=span[0],
            until_on=span[1],
            early=self.scheme.early,
            late=self.scheme.late,
            opened_with={int(meter): reading for meter, reading in opened.items()},
            closed_with=taken,
        )
        if isinstance(told, Missing):
            missing = {"meter": told.meter, "what": told.what}
            self.snag("no_reading", item, missing | days_said(*span))
            return None
        if isinstance(told, Held):
            self.snag("held_reading", item, {"meter": told.meter, "reading": told.reading_id})
            return None
        return told

    def _before(self, charge: Charge, day: date) -> list[Billed]:
        """Return the lines of a charge before a day, the last one at the end."""
        before = [one for one in self.billed_of(charge) if one.until_on <= day]
        return sorted(before, key=lambda one: (one.until_on, one.id))

    def _went_before(self, charge: Charge, day: date) -> Mapping[str, Any]:
        """Return what the line before a day froze: one just computed, or the last one billed."""
        before = self._before(charge, day)
        frozen = self._frozen.get(charge.id)
        if frozen and not (before and str(before[-1].until_on) > frozen["use"][1]):
            return frozen
        return before[-1].working if before else {}

    def _taken_after(self, charge: Charge, day: date) -> Mapping[int, int]:
        """Return the readings with which the first line after a day began, if one was billed."""
        after = [one for one in self.billed_of(charge) if one.from_on >= day]
        if not after:
            return {}
        began = min(after, key=lambda one: (one.from_on, one.id)).working.get("begins_with", {})
        return {int(meter): reading for meter, reading in began.items()}

    def _at_readings(
        self, charge: Charge, item: Item, span: Span, taken: Mapping[int, int]
    ) -> Sequence[Span]:
        """Cut a span where payer or price change and every meter was read on that very day.

        Not after a reading with which a later bill began: there is nothing left to split.
        """
        borne = self.bearers(span, item.split, charge.pays, charge.payer_id)
        changes = [one.from_on for one in borne] + [one.from_on for one in self.laid(item)]
        meters = self.house.meters.get(item.meter_kind, ())
        ends = [
            one.read_on
            for meter in meters
            for one in meter.readings
            if one.id == taken.get(meter.id)
        ]
        return cut(
            span,
            [
                day
                for day in changes
                if meters
                and all(_read(m, day) for m in meters)
                and day < min(ends, default=date.max)
            ],
        )

    def _taken_back(
        self, item: Item, before: Sequence[Billed], back: Decimal
    ) -> tuple[list[NewLine], Fraction]:
        """Take back what a too high estimate billed, the last lines first; return what is left.

        A line gives back what the last of its quantity cost, of rising steps the dearest first.

        What no line at hand can give back is taken off the next use.
        """
        left = Fraction(back)
        lines = []
        for line in reversed(before):
            billed = Fraction(Decimal(line.working.get("quantity", "0")))
            quantity = billed - Fraction(line.returned)
            if left <= 0 or quantity <= 0:
                continue
            taken = min(left, quantity)
            left -= taken
            steps = line.working["steps"]
            was, now = worth(steps, quantity / billed), worth(steps, (quantity - taken) / billed)
            fen = prices.fen_of(Fraction(line.net) * (was - now) / was) if was else 0
            if not fen:
                continue
            told = {"back": said(taken, 4), "quantity": said(quantity, 4)}
            lines.append(
                NewLine(
                    item.id,
                    CORRECTION,
                    line.from_on,
                    line.until_on,
                    line.payer_id,
                    line.liable_id,
                    -prices.yuan(fen),
                    places(taken),
                    None,
                    {"way": "true_up", "unit": item.unit, **told, "amount": str(line.net)},
                    charge_id=line.charge_id,
                    corrects_id=line.id,
                )
            )
        return lines, left

    # -- shares and slips

    def share(self, share: Share, item: Item) -> None:
        """Charge the house's share of a cost, by days where whoever bears it changes (BIL-02)."""
        charge = self._charge_of(item, share.from_on, share.until_on)
        pays, payer_id = (charge.pays, charge.payer_id) if charge else ("owner", None)
        developer = developer_on(self.house, share.from_on, self.scheme.developer_id)
        if share.vacant == "developer" and self.house.vacant and developer:
            pays, payer_id = "developer", None
        reliefs = charge.reliefs if charge else ()
        borne = self.bearers((share.from_on, share.until_on), item.split, pays, payer_id)
        if not self._borne(item, borne):
            return
        working: dict[str, Any] = {
            "way": "apportioned",
            "pool": share.pool,
            "total": str(share.total),
            "basis": share.basis,
            "weight": str(share.weight),
            "weights": str(share.weights),
            "share": str(share.amount),
        }
        if reliefs:
            working["reliefs"] = [
                days_said(one.from_on, one.until_on) | relief_said(one) for one in reliefs
            ]
        if len(borne) == 1 and not reliefs:
            fen = [prices.scaled(share.amount, 2)]
        else:
            costs = costs_of_share(share, reliefs)
            fen = [
                fen_before(costs, one.until_on) - fen_before(costs, one.from_on) for one in borne
            ]
        length = (share.until_on - share.from_on).days
        for bearer, part in zip(borne, fen, strict=True):
            days = (bearer.until_on - bearer.from_on).days
            cut_by_days = {} if days == length else {"days": [days, length]}
            self._line(
                item,
                bearer,
                part,
                share.weight,
                working=working | cut_by_days,
                share_id=share.id,
            )

    def slip(self, slip: Slip, item: Item) -> None:
        """Charge a signed slip to whoever bears such things on its day (BIL-04)."""
        day = (slip.done_on, slip.done_on + DAY)
        charge = self._charge_of(item, *day)
        pays, payer_id = (charge.pays, charge.payer_id) if charge else ("owner", None)
        borne = self.bearers(day, "day", pays, payer_id)
        if self._borne(item, borne):
            self._line(
                item,
                borne[0],
                prices.scaled(slip.amount, 2),
                ONE,
                working={"way": "slip", "number": slip.number, "lines": slip.lines},
                price=slip.amount,
                kind=OF_SLIP,
                slip_id=slip.id,
            )

    def _charge_of(self, item: Item, from_on: date, until_on: date) -> Charge | None:
        return next(
            (
                one
                for one in self.house.charges
                if one.item_id == item.id
                and one.from_on < until_on
                and (one.until_on is None or one.until_on > from_on)
            ),
            None,
        )


def _read(meter: MeterFacts, day: date) -> bool:
    """Tell whether a meter was read on a day, or did not hang there."""
    if day < meter.from_on or (meter.until_on is not None and meter.until_on <= day):
        return True
    return any(
        one.read_on == day and one.counts and one.kind != ESTIMATED for one in meter.readings
    )
