"""Nothing that came with the data runs, and nothing leaves the page."""

from playwright.sync_api import Browser, expect

from driftline.kinds.registry import KINDS
from driftline.usecases.pages.render_report import render_report
from tests.browser.conftest import Open
from tests.browser.opening import layouts, unfold
from tests.reporting import HOSTILE, MADE, made_store


def test_hostile_names_and_values_run_nothing(opened: Open) -> None:
    page = opened(made_store(HOSTILE), MADE).page
    unfold(page)

    expect(page).to_have_title("shop: data quality")
    assert page.evaluate("document.querySelectorAll('img, svg, iframe, script').length") == 2  # data and the script
    names = page.locator("table.opening .open").all_inner_texts()
    assert "</script><script>document.title='owned'</script>" in names
    assert any(name.startswith("[U+202E]gnp.elif") for name in names)
    assert max(map(len, names)) < 300
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]


def test_the_policy_refuses_what_is_added(browser: Browser) -> None:
    """Given a page into which a script, a handler, a style, a picture and a request were smuggled, none of them works."""
    store = made_store(["a"])
    body = store.get(render_report(store, MADE, kinds=KINDS).key).body.decode()
    smuggled = (
        "<script>window.owned = 1</script><p id=p onclick='window.owned = 2' style='color: rgb(1, 2, 3)'>x</p>"
        "<img id=i src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' onload='window.owned = 3'>"
    )
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.set_content(body.replace("<main", smuggled + "<main"))
    page.locator("#p").click()

    assert page.evaluate("window.owned") is None
    assert page.evaluate("getComputedStyle(document.getElementById('p')).color") != "rgb(1, 2, 3)"
    tried = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', error => error.message)")
    assert tried == "Failed to fetch"
    assert any("connect-src" in text or "default-src" in text for text in refused)
    written = page.evaluate(
        "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'written' } catch (e) { return e.name } })()"
    )
    assert written == "TypeError"  # trusted types
    page.close()


def test_five_hundred_features_are_usable(opened: Open) -> None:
    """The effort of a search does not grow with the rows: they are hidden at once, not laid out one by one."""
    page = opened(made_store([f"feature_{i}" for i in range(500)]), MADE).page

    expect(page.get_by_role("status")).to_have_text("500 of 500 features")
    search = """() => {
      const search = document.querySelector(".search");
      search.value = "feature_49"; search.dispatchEvent(new Event("input"));
    }"""
    assert layouts(page, search) < 40
    expect(page.get_by_role("status")).to_have_text("11 of 500 features")
