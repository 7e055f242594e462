//! Every address of the service in one table. The description of the interface (`addin-manifest/openapi.json`) says
//! the same; a test compares them.

use serde::de::DeserializeOwned;

use super::api;
use super::guard::Access;
use super::http::{Head, Method, Problem, Request, Response};
use super::service::App;

/// Bytes the content of most requests may have.
const SMALL: u64 = 1 << 20;
/// Bytes of a dropped file: 64 MiB as base64, with its name.
const LARGE: u64 = 96 << 20;

/// What answers.
pub type Run = fn(&App, &Call<'_>) -> Result<Response, Problem>;

/// An address.
#[derive(Clone, Copy)]
pub struct Route {
    /// Read or change
    pub method: Method,
    /// Segments; `{name}` stands for any one, `*` for one or more
    pub path: &'static str,
    /// Who may ask
    pub access: Access,
    /// Bytes of content
    pub most: u64,
    /// A picture of the add-in, which must not carry `Cache-Control`
    pub icon: bool,
    /// What answers
    pub run: Run,
}

const fn get(path: &'static str, run: Run) -> Route {
    Route { method: Method::Get, path, access: Access::Key, most: 0, icon: false, run }
}

const fn post(path: &'static str, run: Run) -> Route {
    Route { method: Method::Post, path, access: Access::Key, most: SMALL, icon: false, run }
}

const fn page(path: &'static str, run: Run) -> Route {
    Route { method: Method::Get, path, access: Access::Page, most: 0, icon: false, run }
}

const fn open(route: Route) -> Route {
    Route { access: Access::Open, ..route }
}

/// All addresses.
pub const ROUTES: &[Route] = &[
    page("", api::page::index),
    page("addin", api::page::index),
    page("addin/", api::page::index),
    page("addin/help", api::page::index),
    Route { icon: true, ..page("addin/icons/{name}", api::page::icon) },
    page("addin/*", api::page::file),
    page("officejs/*", api::page::office),
    open(get("api/v1/ping", api::hello::ping)),
    open(post("api/v1/launch", api::hello::launch)),
    post("api/v1/launch-link", api::hello::launch_link),
    get("api/v1/hello", api::hello::hello),
    get("api/v1/openapi.json", api::hello::description),
    get("api/v1/setup", api::setup::candidates),
    post("api/v1/setup", api::setup::choose),
    post("api/v1/setup/sample", api::setup::sample),
    get("api/v1/state", api::state::state),
    get("api/v1/areas", api::areas::search),
    get("api/v1/areas/suggest", api::areas::suggest),
    get("api/v1/prefectures", api::areas::prefectures),
    get("api/v1/indicators", api::indicators::tree),
    get("api/v1/settings", api::settings::read),
    post("api/v1/settings", api::settings::write),
    get("api/v1/sheets", api::sheets::list),
    get("api/v1/sheets/{id}", api::sheets::detail),
    post("api/v1/sheets/{id}/status", api::sheets::status),
    post("api/v1/sheets/{id}/texts", api::writing::texts),
    post("api/v1/sheets/{id}/refill", api::making::refill),
    post("api/v1/sheets/{id}/handout", api::making::handout),
    post("api/v1/sheets/{id}/copy", api::writing::copy),
    post("api/v1/sheets/{id}/open", api::writing::open),
    get("api/v1/sheets/{id}/file", api::sheets::file),
    get("api/v1/sheets/{id}/source", api::sheets::source),
    get("api/v1/sheets/{id}/changes", api::sheets::changes),
    post("api/v1/preview", api::preview::preview),
    post("api/v1/missing", api::preview::missing),
    post("api/v1/update-plan", api::update::plan),
    post("api/v1/jobs", api::making::fill),
    get("api/v1/jobs/{id}", api::making::job),
    post("api/v1/jobs/{id}/cancel", api::making::cancel),
    get("api/v1/jobs/{id}/sheet", api::making::sheet),
    Route { most: LARGE, ..post("api/v1/drops", api::drops::drop_file) },
    get("api/v1/drops", api::drops::list),
    get("api/v1/drops/{id}", api::drops::question),
    post("api/v1/drops/{id}/answer", api::drops::answer),
    post("api/v1/intake", api::state::intake),
    get("api/v1/log", api::state::log),
    get("api/v1/licences", api::page::licences),
    get("api/v1/doctor", api::state::doctor),
    post("api/v1/stop", api::state::stop),
    post("api/v1/table-token", api::table::token),
    Route { access: Access::Token, ..get("api/v1/table.csv", api::table::csv) },
    Route { access: Access::Token, ..get("api/v1/table.json", api::table::json) },
    page("*", api::page::file),
];

/// A route that fits an address.
#[derive(Clone)]
pub struct Found {
    /// The route
    pub route: &'static Route,
    /// Whether the method fits, too
    pub method_fits: bool,
    params: Vec<String>,
}

impl Found {
    /// The request with what its address says.
    pub fn call<'a>(&'a self, request: &'a Request) -> Call<'a> {
        Call { request, params: &self.params }
    }
}

/// A request to one route.
pub struct Call<'a> {
    /// The request
    pub request: &'a Request,
    params: &'a [String],
}

impl Call<'_> {
    /// What stands for the only `{…}` or the `*` of the path.
    pub fn param(&self) -> &str {
        self.params.first().map_or("", String::as_str)
    }

    /// A value of the query that is not empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.request.head.query(name).filter(|value| !value.is_empty())
    }

    /// A number of the query within bounds, or what counts when there is none.
    ///
    /// # Errors
    /// It is none, or out of bounds.
    pub fn number(&self, name: &str, default: usize, most: usize) -> Result<usize, Problem> {
        match self.query(name) {
            None => Ok(default),
            Some(text) => {
                text.parse().ok().filter(|number| *number <= most && !text.starts_with('+')).ok_or_else(|| {
                    Problem::new(422, "bad-value", format!("「{name}」は{most}までの整数にしてください。"), "")
                })
            }
        }
    }

    /// The content.
    ///
    /// # Errors
    /// It is no JSON (400), or not what is asked for here (422).
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.request.body).map_err(|error| {
            if error.is_data() {
                let message = format!("送られた内容に、使えない項目があります（{error}）。");
                Problem::new(422, "bad-content", message, "画面を開き直してください。")
            } else {
                Problem::new(400, "bad-json", "送られた内容を読み取れません。", "画面を開き直してください。")
            }
        })
    }
}

/// The route of a request, that of its method first.
///
/// # Errors
/// Nothing has this address.
pub fn find(head: &Head) -> Result<Found, Problem> {
    let wanted = if head.method == Method::Head { Method::Get } else { head.method };
    let mut other = None;
    for route in ROUTES {
        let Some(params) = matches(route.path, &head.path) else { continue };
        let found = Found { route, method_fits: route.method == wanted, params };
        if found.method_fits {
            return Ok(found);
        }
        other.get_or_insert(found);
    }
    other.ok_or_else(Problem::not_found)
}

/// The methods of an address, for the answer to a wrong one.
pub fn allowed(head: &Head) -> String {
    let fits =
        |method: Method| ROUTES.iter().any(|route| route.method == method && matches(route.path, &head.path).is_some());
    let mut words = Vec::new();
    if fits(Method::Get) {
        words.extend(["GET", "HEAD"]);
    }
    if fits(Method::Post) {
        words.push("POST");
    }
    words.join(", ")
}

fn matches(pattern: &str, path: &[String]) -> Option<Vec<String>> {
    let mut params = Vec::new();
    let mut rest = path.iter();
    for word in pattern.split('/') {
        if word == "*" {
            let all: Vec<&str> = rest.by_ref().map(String::as_str).collect();
            // What belongs to the interface is never a file.
            if all.is_empty() || all.first() == Some(&"api") || all.iter().any(|part| part.is_empty()) {
                return None;
            }
            params.push(all.join("/"));
            return Some(params);
        }
        let part = rest.next()?;
        if word.starts_with('{') {
            if part.is_empty() {
                return None;
            }
            params.push(part.clone());
        } else if word != part {
            return None;
        }
    }
    rest.next().is_none().then_some(params)
}

#[cfg(test)]
mod tests {
    use super::matches;

    fn of(pattern: &str, path: &str) -> Option<Vec<String>> {
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        matches(pattern, &path)
    }

    #[test]
    fn addresses_are_matched_by_segments() {
        assert_eq!(of("", ""), Some(vec![]));
        assert_eq!(of("a/{id}/b", "a/7/b"), Some(vec!["7".to_owned()]));
        assert_eq!(of("a/{id}/b", "a//b"), None);
        assert_eq!(of("a/{id}", "a/7/b"), None);
        assert_eq!(of("*", "js/app.js"), Some(vec!["js/app.js".to_owned()]));
        assert_eq!(of("*", "api/v2/x"), None);
        assert_eq!(of("*", ""), None);
    }
}
