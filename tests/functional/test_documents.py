"""What describes the API and the server: /openapi.json, /docs, the problem pages, health and metrics."""

import json
import re
from pathlib import Path

import pytest

from alforis_client import API

ROOT = Path(__file__).resolve().parents[2]
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@pytest.fixture(scope="module")
def document(server):
    answer = server.anonymous().get("/openapi.json")
    assert answer.header("content-type").startswith("application/json")
    return answer.ok()


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def walk(node, where="#"):
    yield where, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in children:
        yield from walk(child, f"{where}/{name}")


def resolve(document, reference):
    assert reference.startswith("#/"), f"{reference} leads out of the document"
    node = document
    for part in reference[2:].split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def test_the_document_is_openapi_3_1_with_all_its_parts(document):
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert document["info"]["title"] and document["info"]["version"]
    assert set(document) <= {"openapi", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components", "security",
                             "tags", "externalDocs"}
    assert len(list(operations(document))) >= 35


def test_every_reference_resolves(document):
    found = [(where, node["$ref"]) for where, node in walk(document) if isinstance(node, dict) and isinstance(node.get("$ref"), str)]
    assert len(found) > 50
    for where, reference in found:
        assert resolve(document, reference), where


def test_every_operation_says_what_it_does_and_answers(document):
    seen = set()
    for name, operation in operations(document):
        assert operation.get("summary"), name
        assert operation.get("operationId") and operation["operationId"] not in seen, name
        seen.add(operation["operationId"])
        assert operation.get("tags"), name
        assert any(status.startswith("2") for status in operation["responses"]), name
        for status, response in operation["responses"].items():
            response = resolve(document, response["$ref"]) if "$ref" in response else response
            assert response.get("description"), (name, status)
            for kind, media in response.get("content", {}).items():
                assert "schema" in media or "json" not in kind, (name, status)
            if status.startswith(("4", "5")):
                assert "application/problem+json" in response["content"], (name, status)


def test_path_parameters_are_declared_exactly(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method not in METHODS:
                continue
            parameters = [resolve(document, p["$ref"]) if "$ref" in p else p
                          for p in methods.get("parameters", []) + operation.get("parameters", [])]
            keys = [(p["name"], p["in"]) for p in parameters]
            assert len(keys) == len(set(keys)), f"{method} {path} names a parameter twice"
            declared = {p["name"] for p in parameters if p["in"] == "path"}
            assert declared == set(re.findall(r"{(\w+)}", path)), f"{method} {path}"
            for parameter in parameters:
                assert "schema" in parameter or "content" in parameter, (path, parameter["name"])
                assert parameter["in"] != "path" or parameter["required"] is True


def test_lists_declare_every_parameter_they_take(document, admin):
    for collection in ("organisations", "people", "links", "users", "teams"):
        path = f"{API}/{collection}"
        declared = {p["name"] for p in document["paths"][path]["get"]["parameters"] if p.get("in") == "query"}
        (error,) = admin.get(path, query={"unheard_of": "1"}).problem(400)["errors"]
        assert set(error["detail"].split("; there are ")[1].split(", ")) == declared, collection


def check_schema(document, schema, where):
    if schema in (True, False):
        return
    assert isinstance(schema, dict), where
    types = schema.get("type", [])
    for name in [types] if isinstance(types, str) else types:
        assert name in ("null", "boolean", "object", "array", "number", "string", "integer"), (where, name)
    for name in schema.get("required", []):
        assert name in schema.get("properties", {}), f"{where} requires {name}, which it does not have"
    if "pattern" in schema:
        re.compile(schema["pattern"])
    if "enum" in schema:
        assert schema["enum"] and len({json.dumps(value) for value in schema["enum"]}) == len(schema["enum"]), where
    for name, child in schema.get("properties", {}).items():
        check_schema(document, child, f"{where}/{name}")
    for name in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(name), dict):
            check_schema(document, schema[name], f"{where}/{name}")
    for name in ("anyOf", "allOf", "oneOf"):
        for child in schema.get(name, []):
            check_schema(document, child, f"{where}/{name}")


def test_every_schema_is_a_schema(document):
    assert len(document["components"]["schemas"]) >= 15
    for name, schema in document["components"]["schemas"].items():
        check_schema(document, schema, name)


def matches(document, schema, value, where):
    """What of JSON Schema the document uses, checked. Gives back complaints."""
    if "$ref" in schema:
        return matches(document, resolve(document, schema["$ref"]), value, where)
    for name in ("anyOf", "oneOf"):
        if name in schema and all(matches(document, option, value, where) for option in schema[name]):
            return [f"{where}: none of {name} fits {value!r}"]
    complaints = [c for option in schema.get("allOf", []) for c in matches(document, option, value, where)]
    kinds = {"null": type(None), "boolean": bool, "object": dict, "array": list, "number": (int, float), "string": str, "integer": int}
    types = schema.get("type")
    if types is not None:
        types = [types] if isinstance(types, str) else types
        fits = any(isinstance(value, kinds[name]) and not (isinstance(value, bool) and name in ("number", "integer")) for name in types)
        if not fits:
            return [f"{where}: {value!r} is no {types}"]
    if "enum" in schema and value not in schema["enum"]:
        complaints.append(f"{where}: {value!r} is none of {schema['enum']}")
    if isinstance(value, str):
        if "maxLength" in schema and len(value) > schema["maxLength"]:
            complaints.append(f"{where}: too long")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            complaints.append(f"{where}: {value!r} does not match {schema['pattern']}")
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            complaints += matches(document, schema["items"], item, f"{where}/{i}")
    if isinstance(value, dict):
        complaints += [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
        for name, member in value.items():
            if name in schema.get("properties", {}):
                complaints += matches(document, schema["properties"][name], member, f"{where}/{name}")
            elif schema.get("additionalProperties") is False:
                complaints.append(f"{where}: {name} is not in the schema")
    return complaints


def content_examples(document):
    for name, operation in operations(document):
        contents = [("request", operation.get("requestBody", {}))]
        contents += [(status, response) for status, response in operation["responses"].items()]
        for what, holder in contents:
            holder = resolve(document, holder["$ref"]) if "$ref" in holder else holder
            for media, content in holder.get("content", {}).items():
                examples = [content["example"]] if "example" in content else []
                examples += [example["value"] for example in content.get("examples", {}).values() if "value" in example]
                for example in examples:
                    yield f"{name} {what} {media}", content["schema"], example


def test_every_example_fits_its_schema(document):
    found = list(content_examples(document))
    assert len(found) >= 5
    for where, schema, example in found:
        assert not isinstance(example, str), f"{where}: the example is a text instead of JSON"
        assert matches(document, schema, example, where) == []


def test_real_answers_fit_the_schemas_that_are_promised(document, firm):
    admin = firm.admin
    organisation = firm.organisation("sales", aum={"amount": 5}, tags=["x"])
    person = firm.person(organisation, first_name="Zoé")
    link = admin.list("links", person=person["id"])[0]
    produit = admin.create("produits", {"name": "Fonds", "type": "etf"})
    mandat = admin.create("mandats", {"organisation_id": organisation["id"], "date_signature": "2026-01-01"})
    admin.post(f"{API}/mandats/{mandat['id']}/sign").ok()
    admin.post(f"{API}/mandats/{mandat['id']}/produits", {"produit_id": produit["id"], "allocation": 5}).ok()
    interaction = admin.create("interactions", {"title": "Point", "person_id": person["id"], "participants": [{"person_id": person["id"]}]})
    task = admin.create("tasks", {"title": "Relancer", "mandat_id": mandat["id"]})
    key = admin.create("api-keys", {"name": "Export"})
    for path in ("organisations", f"organisations/{organisation['id']}", "people", f"people/{person['id']}", "links", f"links/{link}",
                 "produits", f"produits/{produit['id']}", "mandats", f"mandats/{mandat['id']}", "interactions", f"interactions/{interaction['id']}",
                 "tasks", f"tasks/{task['id']}", "users", f"users/{firm.id_of('sales')}", "teams", f"teams/{firm.teams['paris']}", "me",
                 "auth/sessions", f"auth/sessions/{admin.session}", "api-keys", f"api-keys/{key['id']}"):
        pattern = re.sub(r"/[0-9a-f-]{36}", "/{id}", f"{API}/{path}")
        response = document["paths"][pattern]["get"]["responses"]["200"]
        response = resolve(document, response["$ref"]) if "$ref" in response else response
        schema = response["content"]["application/json"]["schema"]
        assert matches(document, schema, admin.get(f"{API}/{path}").ok(), path) == []


def test_every_route_that_the_document_names_is_there(document, server):
    """The other direction, that no row is missing, is shown by the sources: every pattern in the code is in the document."""
    for name, _ in operations(document):
        method, path = name.split(" ")
        admin = server.login()  # one of the routes logs out
        answer = admin.request(method, path.replace("{id}", "x").replace("{code}", "x"))
        assert answer.status != 405 and not (answer.status == 404 and "{" not in path), (name, answer)
    suffixes = set()
    for source in sorted((ROOT / "api").rglob("*.cpp")):
        suffixes |= set(re.findall(r'"(/(?:api/v1/[a-z/]+|[a-z]+/[a-z]+|\{id\}/?[a-z]*))"', source.read_text()))
    assert len(suffixes) > 10
    known = " ".join(document["paths"])
    for suffix in suffixes - {"/problems/"}:
        assert suffix in known, f"{suffix} is in the code and not in the document"


def test_the_document_in_git_is_the_served_one(document, server):
    """`alforis openapi > docs/generated/openapi.json` makes it so."""
    printed = server.cli("openapi", stores=False).stdout
    assert json.loads(printed) == document
    assert (ROOT / "docs/generated/openapi.json").read_text() == printed


def test_the_document_is_the_same_at_every_call(server):
    first = server.anonymous().get("/openapi.json").body
    assert server.anonymous().get("/openapi.json").body == first


def test_the_documentation_page_loads_nothing_from_elsewhere(server):
    answer = server.anonymous().get("/docs")
    page = answer.text()
    assert answer.status == 200 and answer.header("content-type").startswith("text/html")
    assert "<html" in page and "/openapi.json" in page
    loaded = re.findall(r"""(?:src|href|url\(|@import|fetch\()\s*=?\s*["'(]?\s*((?:https?:)?//[^"')\s]+)""", page)
    assert loaded == []
    assert "default-src" in answer.header("content-security-policy")


def problem_codes():
    return re.findall(r'^ {4}\{"([a-z_0-9]+)", ', (ROOT / "api/problem_table.cpp").read_text(), re.M)


def test_every_problem_has_a_page_in_both_languages(server):
    client, codes = server.anonymous(), problem_codes()
    assert len(codes) > 60
    for code in codes:
        answer = client.get(f"/problems/{code}")
        assert answer.status == 200 and code in answer.text() and 'lang="fr"' in answer.text(), code
        assert answer.header("content-type").startswith("text/html")
    client.get("/problems/no_such_thing").problem(404)
    client.get("/problems/%3Cscript%3E").problem(404)


def test_every_code_the_document_names_has_a_page(document, server):
    named = set(re.findall(r"/problems/([a-z_0-9]+)", json.dumps(document)))
    for where, node in walk(document):
        if isinstance(node, dict) and where.endswith("/code") and "enum" in node:
            named |= set(node["enum"])
    for code in named:
        assert server.anonymous().get(f"/problems/{code}").status == 200, code


def test_every_code_in_the_sources_has_a_page():
    """A code that a decider or a handler uses and the table does not know would lead to a page that is not there."""
    known, used = set(problem_codes()), {}
    patterns = [r'Problem::of\("([a-z_0-9]+)"', r'Problem::parameter\([^,]+, "([a-z_0-9]+)"', r'problem\("([a-z_0-9]+)"',
                r'conflict\("([a-z_0-9]+)"', r'problems?(?:->|\.)(?:push_back|emplace_back)\(\{?"([a-z_0-9]+)"', r'\bfail\("([a-z_0-9]+)"']
    for folder in ("api", "commands", "domain", "projections"):
        for source in sorted((ROOT / folder).rglob("*.?pp")):
            if source.name == "events.cpp":  # complains of the log to operators, not of requests to clients
                continue
            for pattern in patterns:
                for code in re.findall(pattern, source.read_text()):
                    used.setdefault(code, source.name)
    assert len(used) > 30
    assert {code: where for code, where in used.items() if code not in known} == {}


# ---- health and metrics --------------------------------------------------------------------------------------------


def test_live_answers_and_ready_names_every_part(server, firm):
    client = server.anonymous()
    assert client.get("/health/live").ok() == {"status": "live"}
    answer = client.get("/health/ready")
    document = answer.ok()
    assert document["status"] == "ready" and answer.header("cache-control") == "no-store"
    checks = {check["name"]: check for check in document["checks"]}
    assert all(check["ok"] for check in checks.values())
    assert checks["writer"]["position"] > 0 and checks["writer"]["epoch"] > 0
    query = checks["projection.query"]
    assert query["position"] > 0 and query["lag"] >= 0 and query["parked"] == 0


def samples(text):
    """The metrics by family, checked for the text format."""
    families, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types, f"{name} is declared twice"
            types[name] = kind
        elif not line.startswith("#") and line:
            match = re.fullmatch(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})? (\S+)', line)
            assert match, line
            float(match[3])
            base = re.sub(r"_(bucket|sum|count)$", "", match[1])
            assert match[1] in types or base in types, f"{line} has no type"
            families.setdefault(match[1], {})[match[2] or ""] = float(match[3])
    return families


def test_metrics_count_what_happens(server, firm):
    client = server.anonymous()
    answer = client.get("/metrics")
    assert answer.header("content-type").startswith("text/plain")
    before = samples(answer.text())
    for _ in range(3):
        firm.admin.create("teams", {"name": f"Compteur {firm.admin.log_end()}"})
    firm.admin.get(f"{API}/teams/x").problem(404)
    after = samples(client.get("/metrics").text())

    def grown(family, label=None):
        def total(families):
            return sum(value for labels, value in families.get(family, {}).items() if label is None or label in labels)

        return total(after) - total(before)

    assert grown("alforis_commits_total") >= 3
    assert grown("alforis_http_requests_total", 'method="POST",route="/api/v1/teams",status="2xx"') == 3
    assert grown("alforis_http_requests_total", 'route="/api/v1/teams/{id}",status="4xx"') == 1
    assert grown("alforis_http_request_duration_seconds_count") >= 4
    for family in ("alforis_projection_lag", "alforis_projection_position", "alforis_projection_parked", "alforis_writer_queue",
                   "alforis_writer_ready", "alforis_connections"):
        assert family in after, family
