//! The interface description, made from the table of routes: what is not in the table is not
//! served, and what is served is described.

use crate::aliases;
use crate::example::illustrate;
use crate::route::{AT_LEAST, Access, Contract, IDEMPOTENCY_KEY, Method, Route};
use axum::body::Bytes;
use gcfn_api_wire::problem::ProblemBody;
use gcfn_venue::Role;
use serde_json::Value;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
    Paths,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Ref, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApiBuilder, RefOr, Required, Response,
    ResponseBuilder, ResponsesBuilder,
};
use utoipa::{PartialSchema, ToSchema};

const PROBLEM: &str = "Problem";
const SECURITY: [&str; 3] = ["bearer", "apiKey", "clientCertificate"];

/// The OpenAPI document of `routes`, as JSON.
pub(crate) fn document(routes: &[Route]) -> Bytes {
    let mut paths = Paths::new();
    for route in routes {
        let item = PathItem::new(method(route.method), operation(route));
        match paths.paths.get_mut(route.path) {
            Some(known) => known.merge_operations(item),
            None => {
                paths.paths.insert(route.path.to_owned(), item);
            }
        }
    }
    let info = InfoBuilder::new()
        .title("GCFN node API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Every change needs an Idempotency-Key: sent again with the same content it is done \
             once and answered alike. Every read says how fresh it is by `as_of`.",
        ))
        .build();
    let document =
        OpenApiBuilder::new().info(info).paths(paths).components(Some(components(routes)));
    let mut document =
        serde_json::to_value(document.build()).expect("the description is plain data");
    illustrate(&mut document);
    name_aliases(&mut document, routes);
    document.to_string().into()
}

/// Says of each operation by which other paths it is called.
fn name_aliases(document: &mut Value, routes: &[Route]) {
    for route in routes {
        let aliases = aliases::of(route);
        if !aliases.is_empty() {
            let operation = &mut document["paths"][route.path][verb(route.method)];
            operation["x-aliases"] = Value::from(aliases);
        }
    }
}

fn components(routes: &[Route]) -> utoipa::openapi::Components {
    let mut schemas = Vec::new();
    ProblemBody::schemas(&mut schemas);
    schemas.push((PROBLEM.to_owned(), ProblemBody::schema()));
    let of_routes = routes.iter().flat_map(|route| route.contract.schemas.iter().cloned());
    schemas.extend(of_routes);
    ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .response(PROBLEM, problem_response())
        .security_scheme(
            "bearer",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .bearer_format("JWT")
                    .description(Some("A token of POST /api/v1/users/token."))
                    .build(),
            ),
        )
        .security_scheme(
            "apiKey",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "Authorization",
                "`ApiKey <id>.<secret>`",
            ))),
        )
        .security_scheme(
            "clientCertificate",
            SecurityScheme::MutualTls {
                description: Some(
                    "A certificate of the network for a bank, a regulator or an operator."
                        .to_owned(),
                ),
                deprecated: None,
                extensions: None,
            },
        )
        .build()
}

fn operation(route: &Route) -> Operation {
    let Contract { parameters, body, takes, .. } = &route.contract;
    let mut operation = OperationBuilder::new()
        .operation_id(Some(operation_id(route)))
        .summary(Some(route.summary))
        .tag(tag(route.path))
        .responses(responses(route).build());
    for parameter in parameters {
        operation = operation.parameter(parameter.clone());
    }
    if let Some(schema) = body {
        let content = ContentBuilder::new().schema(Some(schema.clone())).build();
        let body = RequestBodyBuilder::new().content(*takes, content);
        operation = operation.request_body(Some(body.required(Some(Required::True)).build()));
    }
    if let Access::Roles(roles) = route.access {
        operation = operation.description(Some(may_call(roles)));
        let own = match route.changes() {
            true if !route.needs_key() => None,
            true => Some(header(
                IDEMPOTENCY_KEY.as_str(),
                "Your name of this wish: 1 to 64 visible ASCII characters.",
                Required::True,
            )),
            false => Some(header(
                AT_LEAST.as_str(),
                "The least `as_of` that you want to read.",
                Required::False,
            )),
        };
        if let Some(own) = own {
            operation = operation.parameter(own);
        }
        for scheme in SECURITY {
            operation = operation.security(SecurityRequirement::new(scheme, [""; 0]));
        }
    }
    operation.build()
}

/// What goes wrong with every call, with every authenticated call, and with every change.
fn responses(route: &Route) -> ResponsesBuilder {
    let Contract { status, media_type, answer, .. } = &route.contract;
    let content = ContentBuilder::new().schema(Some(answer.clone())).build();
    let done = ResponseBuilder::new().description("Done.").content(*media_type, content);
    let mut responses = ResponsesBuilder::new().response(status.as_str(), done.build());
    let problems: &[&str] = match (route.access, route.changes()) {
        (Access::Anybody, _) => &["400", "401", "429", "503"],
        (_, false) => &["400", "401", "403", "404", "429", "500", "503"],
        (_, true) => {
            &["400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503", "504"]
        }
    };
    for status in problems {
        responses = responses.response(*status, Ref::from_response_name(PROBLEM));
    }
    responses
}

fn problem_response() -> Response {
    let schema = RefOr::Ref(Ref::from_schema_name(PROBLEM));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new()
        .description("Not done: problem details (RFC 9457).")
        .content("application/problem+json", content)
        .build()
}

fn header(name: &str, described: &str, required: Required) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(described))
        .required(required)
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn may_call(roles: &[Role]) -> String {
    let words: Vec<String> = roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
    format!("Roles: {}.", words.join(", "))
}

/// `post_trades_orders` for `POST /api/v1/trades/orders`.
fn operation_id(route: &Route) -> String {
    let method = verb(route.method);
    let path = route.path.trim_start_matches("/api/v1/").trim_start_matches('/');
    let words = path.split(['/', '-', '.']).map(|word| word.trim_matches(['{', '}']));
    words.fold(method.to_owned(), |id, word| format!("{id}_{word}"))
}

/// The first word of the path below the version.
fn tag(path: &str) -> &str {
    match path.strip_prefix("/api/v1/") {
        Some(rest) => rest.split('/').next().unwrap_or(rest),
        None => "operations",
    }
}

const fn verb(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
    }
}

const fn method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    }
}
