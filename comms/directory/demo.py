"""Invented stakeholders for the demonstration. Every address is at a domain that never exists (RFC 2606)."""

from __future__ import annotations

import uuid
from datetime import date

from comms.accounts.models import Workspace
from comms.accounts.selectors import get_actor_by_ids
from comms.core.actors import Actor, Role
from comms.directory import services
from comms.directory.models import (
    Audience,
    Basis,
    Channel,
    Kind,
    Purpose,
    Stakeholder,
    SuppressionReason,
)
from comms.directory.selectors.filters import StakeholderFilter

# kind | name | role | country | region | languages | time zone | e-mail
_ROWS = """
mission|Embassy of Ireland|Political section|IE|Europe|en|Europe/Dublin|political@ireland-mission.example.org
mission|Embassy of France|Press office|FR|Europe|fr,en|Europe/Paris|presse@france-mission.example.org
mission|Embassy of Germany|Stabilisation desk|DE|Europe|de,en|Europe/Berlin|desk@germany-mission.example.org
mission|Embassy of Norway|Mediation support|NO|Europe|nb,en|Europe/Oslo|mediation@norway-mission.example.org
mission|Embassy of Switzerland|Human security|CH|Europe|de,fr,it|Europe/Zurich|security@swiss-mission.example.org
mission|Embassy of Spain|Chancery|ES|Europe|es,en|Europe/Madrid|chancery@spain-mission.example.org
mission|Embassy of Poland|Chancery|PL|Europe|pl,en|Europe/Warsaw|chancery@poland-mission.example.org
mission|Embassy of Greece|Chancery|GR|Europe|el,en|Europe/Athens|chancery@greece-mission.example.org
mission|Embassy of Sweden|Dialogue section|SE|Europe|sv,en|Europe/Stockholm|dialogue@sweden-mission.example.org
mission|Embassy of Senegal|First counsellor|SN|West Africa|fr|Africa/Dakar|conseiller@senegal-mission.example.org
mission|Embassy of Ghana|Political section|GH|West Africa|en|Africa/Accra|political@ghana-mission.example.org
mission|Embassy of Mali|Chancery|ML|West Africa|fr|Africa/Bamako|chancellerie@mali-mission.example.org
mission|Embassy of Niger|Chancery|NE|West Africa|fr|Africa/Niamey|chancellerie@niger-mission.example.org
mission|Embassy of Mauritania|Chancery|MR|West Africa|ar,fr|Africa/Nouakchott|chancery@mauritania-mission.example.org
mission|Embassy of Nigeria|Security desk|NG|West Africa|en|Africa/Lagos|security@nigeria-mission.example.org
mission|Embassy of Jordan|Political section|JO|Levant|ar,en|Asia/Amman|political@jordan-mission.example.org
mission|Embassy of Lebanon|Chancery|LB|Levant|ar,fr|Asia/Beirut|chancery@lebanon-mission.example.org
mission|Embassy of Egypt|Regional desk|EG|Levant|ar,en|Africa/Cairo|desk@egypt-mission.example.org
mission|Embassy of Türkiye|Chancery|TR|Levant|tr,en|Europe/Istanbul|chancery@turkiye-mission.example.org
mission|Embassy of Iraq|Chancery|IQ|Levant|ar|Asia/Baghdad|
international|Regional Observer Mission|Public information||World|en,fr,ar||information@observers.example.net
international|Joint Humanitarian Office|Access unit||World|en,ar||access@humanitarian.example.net
international|River Basin Commission|Secretariat||World|fr,en||secretariat@basin.example.net
international|Continental Peace Council|Early warning||World|en,fr,pt||warning@peacecouncil.example.net
international|Monitoring and Verification Cell|Duty officer||World|en||duty@verification.example.net
government|Ministry of Dialogue|Permanent secretary|SN|West Africa|fr|Africa/Dakar|secretariat@dialogue.example.com
government|Reconciliation Commission|Spokesperson|ML|West Africa|fr|Africa/Bamako|presse@reconciliation.example.com
government|Office of the Special Envoy|Chief of staff|JO|Levant|ar,en|Asia/Amman|chief@envoy.example.com
government|Border Management Authority|Liaison|GH|West Africa|en|Africa/Accra|liaison@borders.example.com
government|Governor's Office, Northern Province|Adviser|NE|West Africa|fr|Africa/Niamey|
civil_society|Women for the Ceasefire|Coordination|ML|West Africa|fr|Africa/Bamako|desk@ceasefire-women.example.org
civil_society|Forum of Young Mediators|Secretariat|SN|West Africa|fr,en|Africa/Dakar|forum@youngmediators.example.org
civil_society|Legal Aid Network|Hotline|GH|West Africa|en|Africa/Accra|hotline@legalaid.example.org
civil_society|Levant Dialogue Centre|Programme|JO|Levant|ar,en|Asia/Amman|programme@dialoguecentre.example.org
civil_society|مركز الحوار والتنمية|المكتب التنفيذي|LB|Levant|ar|Asia/Beirut|office@hiwar.example.org
civil_society|شبكة أمهات المفقودين|التنسيق|IQ|Levant|ar|Asia/Baghdad|coordination@mothers.example.org
civil_society|Institute for Local Peace|Research|IE|Europe|en|Europe/Dublin|research@localpeace.example.org
civil_society|Fondation du Fleuve|Direction|NE|West Africa|fr|Africa/Niamey|direction@fleuve.example.org
community|Council of Elders, Upper Valley|Speaker|ML|West Africa|fr|Africa/Bamako|speaker@uppervalley.example.org
community|Herders' Association of the Plain|Delegate|NE|West Africa|fr|Africa/Niamey|
community|Fishing Cooperatives of the Delta|Chair|NG|West Africa|en|Africa/Lagos|chair@delta-fishers.example.org
community|مجلس وجهاء الوادي|المتحدث|IQ|Levant|ar|Asia/Baghdad|council@wadi.example.org
community|Movement for Shared Water|Secretary|SN|West Africa|fr|Africa/Dakar|secretary@sharedwater.example.org
media|Radio Lumière|Newsroom|SN|West Africa|fr|Africa/Dakar|redaction@lumiere.example.com
media|Valley FM|Newsroom|GH|West Africa|en|Africa/Accra|news@valleyfm.example.com
media|صحيفة الجسر|التحرير|JO|Levant|ar|Asia/Amman|news@aljisr.example.com
media|The Border Post|Editor|IE|Europe|en|Europe/Dublin|editor@borderpost.example.com
media|Le Courrier du Fleuve|Rédaction|ML|West Africa|fr|Africa/Bamako|redaction@courrier.example.com
person|Awa Diarra|Party negotiator|ML|West Africa|fr|Africa/Bamako|awa.diarra@talks.example.org
person|Moussa Keïta|Party adviser|NE|West Africa|fr|Africa/Niamey|moussa.keita@talks.example.org
person|Rania Khoury|Civic delegate|LB|Levant|ar,fr|Asia/Beirut|rania.khoury@talks.example.org
person|سامر العلي|مراقب محلي|IQ|Levant|ar|Asia/Baghdad|samer@talks.example.org
person|هناء درويش|ممثلة النساء|JO|Levant|ar,en|Asia/Amman|hana@talks.example.org
person|Kwame Mensah|Former minister|GH|West Africa|en|Africa/Accra|kwame.mensah@talks.example.org
person|Ingrid Solberg|Mediation adviser|NO|Europe|nb,en|Europe/Oslo|ingrid.solberg@talks.example.org
person|Étienne Moreau|Facilitator|FR|Europe|fr,en|Europe/Paris|etienne.moreau@talks.example.org
person|Fatoumata Sow|Youth envoy|SN|West Africa|fr,en|Africa/Dakar|fatoumata.sow@talks.example.org
person|Yusuf Danjuma|Community witness|NG|West Africa|en|Africa/Lagos|
organisation|Logistics Cooperative North|Dispatch|ML|West Africa|fr|Africa/Bamako|dispatch@logistics.example.com
organisation|University of the Coast|Peace studies|GH|West Africa|en|Africa/Accra|peace@coast-university.example.com
"""

_BASES = {
    Kind.PERSON: (Basis.CONSENT, "Agreed at the round table of 12 March 2026", date(2026, 3, 12)),
    Kind.COMMUNITY: (Basis.CONSENT, "Agreed through their delegate", date(2026, 4, 2)),
    Kind.MEDIA: (Basis.LEGITIMATE_INTERESTS, "Press list of the mission", date(2026, 1, 20)),
}
_OTHERWISE = (Basis.PUBLIC_TASK, "Diplomatic and partner list, January 2026", date(2026, 1, 20))


def fill(workspace: Workspace, actor: Actor | None = None) -> None:
    """Some sixty stakeholders in nine languages and five audiences, made by the workspace's editor."""
    actor = actor or _editor_of(workspace)
    made = [_add(actor, line.split("|")) for line in _ROWS.strip().splitlines()]
    _add_some_histories(actor, made)
    for name, description, question in (
        ("Missions", "Embassies and consulates that follow the process", {"kinds": ("mission",)}),
        ("Press", "Newsrooms that carry our statements", {"kinds": ("media",)}),
        (
            "Communities",
            "Communities, parties and civil society of the region",
            {"kinds": ("community", "civil_society")},
        ),
        ("Arabic readers", "Whoever reads Arabic, of every kind", {"languages": ("ar",)}),
    ):
        services.create_audience(
            actor=actor,
            name=name,
            description=description,
            filters=StakeholderFilter(**question),
        )
    talks = services.create_audience(
        actor=actor,
        name="At the table",
        description="Who takes part in the talks in person",
        mode=Audience.Mode.PICKED,
    )
    services.add_to_audience(
        actor=actor,
        audience_id=talks.id,
        stakeholder_ids=[each.id for each in made if each.kind == Kind.PERSON],
    )


def _editor_of(workspace: Workspace) -> Actor:
    editor = workspace.memberships.filter(roles__contains=[Role.EDITOR]).order_by("id")[0]
    return get_actor_by_ids(user_id=editor.user_id, workspace_id=workspace.id).actor


def _add(actor: Actor, cells: list[str]) -> Stakeholder:
    kind, name, role, country, region, languages, zone, email = cells
    stakeholder = services.create_stakeholder(
        actor=actor,
        details=services.StakeholderDetails(
            kind=kind,
            name=name,
            role=role,
            country=country,
            region=region,
            languages=tuple(languages.split(",")),
            time_zone=zone,
        ),
    )
    if email:
        services.add_contact_point(
            actor=actor, stakeholder_id=stakeholder.id, channel=Channel.EMAIL, address=email
        )
    basis, source, since = _BASES.get(Kind(kind), _OTHERWISE)
    services.record_consent(
        actor=actor,
        stakeholder_id=stakeholder.id,
        purpose=Purpose.UPDATES,
        basis=basis,
        source=source,
        given_at=since,
    )
    return stakeholder


def _add_some_histories(actor: Actor, made: list[Stakeholder]) -> None:
    """A bounce, an unsubscription and a withdrawal, so that these states can be seen."""
    by_name = {stakeholder.name: stakeholder for stakeholder in made}

    def first_address(name: str) -> uuid.UUID:
        return by_name[name].contact_points.get(channel=Channel.EMAIL).id

    for name, reason in (
        ("Embassy of Greece", SuppressionReason.BOUNCED),
        ("The Border Post", SuppressionReason.UNSUBSCRIBED),
    ):
        services.suppress_contact_point(contact_point_id=first_address(name), reason=reason)
    services.withdraw_consent(
        stakeholder_id=by_name["Kwame Mensah"].id, how="By telephone on 4 May 2026", actor=actor
    )
    services.add_contact_point(
        actor=actor,
        stakeholder_id=by_name["Awa Diarra"].id,
        channel=Channel.PHONE,
        address="+223 20 22 33 44",
        label="Only in the morning",
    )
