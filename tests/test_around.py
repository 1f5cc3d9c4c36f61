from tests.conftest import Village


def test_the_process_says_it_is_alive(client):
    answer = client.get("/healthz")

    assert answer.json() == {"status": "ok"}
    assert answer.headers["Content-Length"] == "15"


def test_the_server_is_ready_when_database_storage_and_migrations_are_there(client, db):
    assert client.get("/readyz").status_code == 200


def test_an_unknown_address_is_a_problem(client):
    answer = client.get("/api/v1/nothing/")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_the_cast_stands(village: Village):
    assert village.house.pairings.count() == 3


def test_a_host_that_is_not_ours_is_refused(client):
    answer = client.get("/docs/", headers={"host": "elsewhere.example.org"})

    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_host"


def test_a_problems_type_leads_to_its_words(client):
    page = client.get("/docs/problems/").content.decode()

    assert '<tr id="content_differs">' in page
    assert "Other content stands under this id" in page
    assert '<tr id="min_value">' in page


def test_the_api_document_is_served_with_its_sign_in_box(client, db):
    answer = client.get("/api/v1/schema/", headers={"accept": "application/json"})

    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.json()["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    page = client.get("/docs/")
    assert (page.status_code, b'"validatorUrl": null' in page.content) == (200, True)
    assert b"https://" not in page.content  # it works without internet


def test_the_api_document_says_who_may_do_what_and_that_desks_send_no_unknown_fields(client, db):
    document = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()
    add_user = document["paths"]["/api/v1/users/"]["post"]

    assert "Who may: admin." in add_user["description"]
    assert {"in": "header", "name": "Idempotency-Key"}.items() <= add_user["parameters"][0].items()
    assert document["components"]["schemas"]["NewUserRequest"]["additionalProperties"] is False
    assert "If-Match" in {
        parameter["name"] for parameter in document["paths"]["/api/v1/users/{id}/"]["patch"]["parameters"]
    }
