"""Communities that can be billed, written set by set: houses, owners, charges, prices, a cost."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from huiyin.accounts.models import User
from huiyin.billing.models import ChargeGroup, ChargeItem, Pool, Scope, Tariff, Terms
from huiyin.billing.rules.periods import Period, previous
from huiyin.estate.models import Community, Person
from huiyin.flows.bench.fill import execute
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.ledger.actions import open_books
from huiyin.staff import queries as staff
from huiyin.staff.models import Employee, PostHolding
from huiyin.standards.actions import adopt_standard

CHARGES = (
    ("management", "物业费", "area", "advance", "600101", "2.8000"),
    ("cleaning", "垃圾清运费", "fixed", "advance", "600105", "12.5000"),
    ("shared_water", "公摊水费", "apportioned", "arrears", "600102", None),
)
BUILDING = 400  # houses
_BUILDINGS = """
INSERT INTO estate_building (community_id, code, name, "order")
SELECT %(community)s, n, n || '栋', n
  FROM generate_series(1, (%(households)s + %(building)s - 1) / %(building)s) AS n
"""
_HOUSES = """
WITH people AS (
    INSERT INTO estate_person (community_id, kind, name, pinyin, initials, birthday)
    SELECT %(community)s, 'person', '业主' || n, '', '', ''
      FROM generate_series(1, %(households)s) AS n
    RETURNING id),
houses AS (
    INSERT INTO estate_house (community_id, building_id, kind, code, order_key, area, vacant,
           incomplete, remark, tenure, handed_over_on)
    SELECT %(community)s, building.id, 'flat', building.code || '-' || n,
           lpad(building.code, 4, '0') || lpad(n::text, 7, '0'),
           60 + n %% 80 + (n %% 100) / 100.0, false, '{}', '', '', '2020-01-01'
      FROM generate_series(1, %(households)s) AS n
      JOIN estate_building building ON building.community_id = %(community)s
       AND building."order" = (n - 1) / %(building)s + 1
     ORDER BY n
    RETURNING id)
INSERT INTO estate_occupancy (house_id, person_id, role, from_on)
SELECT houses.id, people.id, 'owner', '2020-01-01'
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM houses) houses
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM people) people USING (n)
"""
_CHARGED = """
INSERT INTO billing_assignment (community_id, house_id, item_id, label, from_on, pays, quantity,
       contract, made_at)
SELECT %(community)s, house.id, item.id, '', %(since)s, 'owner', 1, '', %(at)s
  FROM estate_house house
  JOIN billing_chargeitem item ON item.community_id = %(community)s
 WHERE house.community_id = %(community)s
 ORDER BY house.id, item."order"
"""


def hire_biller(at: datetime) -> Caller:
    """Hire who keeps the finances of the company and a colleague; return the caller of the first.

    Without a password, for hashing one takes more memory than billing a hundred thousand.
    """
    hired_on = at.date() - timedelta(days=365)
    biller, _colleague = (
        Employee.objects.create(
            code=f"B{number}",
            name=name,
            user=User.objects.create(username=f"b{number}"),
            hired_on=hired_on,
        )
        for number, name in enumerate(("郑财", "王静"), start=1)
    )
    PostHolding.objects.create(employee=biller, post="company_finance", from_on=hired_on)
    if biller.user is None:
        raise LookupError(biller.code)
    return staff.caller_for(biller.user, at)


def settle_community(
    *, number: int, households: int, at: datetime, opened_on: date, period: Period
) -> tuple[Community, int]:
    """Write a community of so many households with three charges each.

    Returns it and the cost of the period before, entered and not shared out yet.
    """
    town = Community.objects.create(code=f"BILL{number:03}", name=f"测量小区{number}")
    developer = Person.objects.create(community=town, kind="company", name="测量置业")
    Terms.objects.create(community=town, developer=developer)
    adopt_standard(
        by=SYSTEM,
        at=at,
        community_id=town.pk,
        profile="residential",
        effective_at=at - timedelta(days=365),
        reason="测量",
    )
    open_books(by=SYSTEM, at=at, community_id=town.pk, opened_on=opened_on)
    given = {
        "community": town.pk,
        "households": households,
        "building": BUILDING,
        "since": opened_on,
        "at": at,
    }
    execute(_BUILDINGS, given)
    execute(_HOUSES, given)
    _price(town, at, opened_on)
    execute(_CHARGED, given)
    return town, _share(town, households, at, period)


def _price(town: Community, at: datetime, since: date) -> None:
    drafter, approver = Employee.objects.order_by("pk")[:2]
    group = ChargeGroup.objects.create(
        community=town,
        code="A",
        name="月度费用",
        months=1,
        draft_after=0,
        issue_after=4,
        due_after=24,
        offset_after=5,
    )
    for order, (code, name, way, phase, account, price) in enumerate(CHARGES):
        item = ChargeItem.objects.create(
            community=town,
            group=group,
            code=code,
            name=name,
            way=way,
            phase=phase,
            account=account,
            order=order,
        )
        if price is not None:
            Tariff.objects.create(
                item=item,
                price=Decimal(price),
                basis="测量",
                from_on=since,
                state=Tariff.State.APPROVED,
                version=1,
                drafted_by=drafter,
                drafted_at=at,
                approved_by=approver,
                approved_at=at,
            )


def _share(town: Community, households: int, at: datetime, period: Period) -> int:
    before = previous(period)
    pool = Pool.objects.create(
        community=town,
        item=ChargeItem.objects.get(community=town, code="shared_water"),
        scope=Scope.objects.create(community=town, name="全体"),
        name="公摊水费",
        from_on=before.from_on,
        until_on=before.until_on,
        amount=Decimal("1.23") * households,
        basis=Pool.Basis.AREA,
        made_by=Employee.objects.earliest("pk"),
        made_at=at,
    )
    return pool.pk
