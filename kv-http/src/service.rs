//! [`Service`]: handles a request, from its headers to the response.

use crate::batch;
use crate::body::{RequestBody, check_framing};
use crate::catch_panic::catch_panic;
use crate::client_schema::ClientSchema;
use crate::condition::{self, IfNoneMatch};
use crate::exposed_types::{ExposedType, ExposedTypes};
use crate::in_flight::InFlight;
use crate::json_writer::{Budget, JsonWriter};
use crate::limits::Limits;
use crate::operation::{Context, ListParams};
use crate::origin::{self, AllowedOrigins};
use crate::problem::Problem;
use crate::query::{self, decode};
use crate::response::ResponseHead;
use crate::route::Route;
use crate::shutdown::Shutdown;
use crate::tenant_policy::TenantPolicy;
use crate::ttl;
use axum::body::{Body, HttpBody};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode};
use kv_core::schema::tag;
use kv_core::{DecodeOptions, Engine};
use std::pin::pin;
use std::sync::Arc;

/// The state that all requests share.
pub(crate) struct Service {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) types: Arc<ExposedTypes>,
    pub(crate) policy: TenantPolicy,
    pub(crate) origins: AllowedOrigins,
    pub(crate) limits: Limits,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) shutdown: Shutdown,
}

impl Service {
    /// Handles a request. Errors and panics become responses.
    pub(crate) async fn handle(&self, parts: &Parts, body: Body) -> Response<Body> {
        let origin = self.origins.allowed(&parts.headers);
        let result = catch_panic(pin!(self.respond(parts, body))).await;
        let mut response = result.unwrap_or_else(|problem| problem.response());
        if parts.method == Method::HEAD {
            remove_body(&mut response);
        }
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(origin) = origin {
            origin::add_cors_headers(&mut response, origin.clone());
        }
        response
    }

    async fn respond(&self, parts: &Parts, body: Body) -> Result<Response<Body>, Problem> {
        if self.shutdown.has_begun() {
            return Err(Problem::unavailable("the server is shutting down: try again later"));
        }
        check_framing(&parts.headers)?;
        let (host, tenant) = self.policy.host_and_tenant(parts)?;
        let route = Route::parse(parts.uri.path()).ok_or_else(Problem::not_found)?;
        if parts.method == Method::OPTIONS {
            return self.options(parts, route);
        }
        if !route.allows(&parts.method) {
            return Err(Problem::method_not_allowed(route.allow()));
        }
        let changes_state = !matches!(parts.method, Method::GET | Method::HEAD);
        self.origins.check(&parts.headers, &host, changes_state)?;
        let schema = ClientSchema::from_headers(&parts.headers, &self.types)?;
        let context = Context { engine: &*self.engine, types: &self.types, tenant: &tenant, schema: &schema };
        let body = RequestBody { headers: &parts.headers, body };
        self.run(&context, route, parts, body).await
    }

    fn options(&self, parts: &Parts, route: Route<'_>) -> Result<Response<Body>, Problem> {
        if origin::is_preflight(&parts.headers) {
            return self.origins.preflight(&parts.headers);
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(route.allow()));
        Ok(response)
    }

    /// Checks everything that does not depend on the body, then reads the body, then runs the
    /// operation.
    async fn run(
        &self,
        context: &Context<'_>,
        route: Route<'_>,
        parts: &Parts,
        body: RequestBody<'_>,
    ) -> Result<Response<Body>, Problem> {
        let query = parts.uri.query();
        let max_in_flight = self.limits.in_flight_bytes;
        let budget = Budget::InFlight { bytes: self.in_flight.available(max_in_flight) };
        let json = &mut JsonWriter::object(budget);
        let max_bytes = self.limits.page_bytes;
        let head = match route {
            Route::Get(path) => {
                let ty = self.exposed_type(path.tag)?;
                context.check_get(ty)?;
                let [key] = query::read(query, ["key"])?;
                let key = path.key(key)?;
                context.get(json, ty, &key, IfNoneMatch::from_headers(&parts.headers)?).await
            }
            Route::Set(path) => {
                let ty = self.exposed_type(path.tag)?;
                context.check_set(ty)?;
                let [key, ttl] = query::read(query, ["key", "ttl_ms"])?;
                let key = path.key(key)?;
                let ttl = ttl.map(|text| ttl::from_query(&text)).transpose()?;
                let condition = condition::for_set(&parts.headers)?;
                let body = body.read_json(&self.limits).await?;
                let decoded = ty.codec.decode(&body, DecodeOptions::new().take_ttl())?;
                let ttl = ttl::choose(ttl, decoded.ttl)?;
                context.set(json, ty, &key, decoded.value, ttl, condition).await
            }
            Route::Delete(path) => {
                let ty = self.exposed_type(path.tag)?;
                ty.check_write_access()?;
                let [key] = query::read(query, ["key"])?;
                let key = path.key(key)?;
                let condition = condition::for_delete(&parts.headers)?;
                if parts.method == Method::POST {
                    Box::pin(body.read_empty(&self.limits)).await?;
                }
                context.delete(json, ty, &key, condition).await
            }
            // The futures of rarer routes are boxed, because every request allocates this future.
            Route::List(segment) => {
                let segment = decode(segment)
                    .ok_or_else(|| Problem::invalid_query("the path is not percent-encoded UTF-8"))?;
                // A full prefix that is longer than a tag is not a valid tag.
                if tag::check(&segment).is_err() {
                    let [limit, after] = query::read(query, ["limit", "after"])?;
                    let params = ListParams::new(limit.as_deref(), after.as_deref(), max_bytes)?;
                    Box::pin(context.list_full(json, &segment, params)).await
                } else {
                    let ty = self.types.get(&segment)?;
                    context.check_list(ty)?;
                    let [prefix, limit, after] = query::read(query, ["prefix", "limit", "after"])?;
                    let params = ListParams::new(limit.as_deref(), after.as_deref(), max_bytes)?;
                    Box::pin(context.list(json, ty, prefix.as_deref().unwrap_or_default(), params)).await
                }
            }
            Route::ListFull => {
                let [full_prefix, limit, after] = query::read(query, ["full_prefix", "limit", "after"])?;
                let full_prefix = full_prefix.ok_or_else(|| {
                    Problem::invalid_query(
                        "the list has no range: add a type to the path, or `?full_prefix=`",
                    )
                })?;
                let params = ListParams::new(limit.as_deref(), after.as_deref(), max_bytes)?;
                Box::pin(context.list_full(json, &full_prefix, params)).await
            }
            Route::Cleanup => {
                refuse_global(query)?;
                Box::pin(async {
                    body.read_empty(&self.limits).await?;
                    context.cleanup(json).await
                })
                .await
            }
            Route::Stats => {
                refuse_global(query)?;
                context.stats(json).await
            }
            Route::Batch => return Box::pin(self.batch(context, parts, body)).await,
        }?;
        Ok(head.with_body(self.in_flight.track(json.finish(), max_in_flight)?))
    }

    /// Runs a batch. Bytes for the response are reserved first, so that a batch that has run is
    /// answered.
    async fn batch(
        &self,
        context: &Context<'_>,
        parts: &Parts,
        body: RequestBody<'_>,
    ) -> Result<Response<Body>, Problem> {
        let [] = query::read(parts.uri.query(), [])?;
        let body = body.read_json(&self.limits).await?;
        let operations = batch::parse(&body)?;
        let bytes = self.limits.page_bytes;
        let reservation = self.in_flight.reserve(bytes, self.limits.in_flight_bytes)?;
        let mut json = JsonWriter::object(Budget::Batch { bytes });
        batch::run(context, &operations, &mut json).await;
        Ok(ResponseHead::default().with_body(reservation.track(json.finish())))
    }

    /// Returns the type that a percent-encoded segment of the path names.
    fn exposed_type(&self, segment: &str) -> Result<&ExposedType, Problem> {
        self.types.get(&decode(segment).ok_or_else(Problem::unknown_type)?)
    }
}

/// Refuses `global=true`. These routes cover the tenant of the request only.
fn refuse_global(query: Option<&str>) -> Result<(), Problem> {
    let [global] = query::read(query, ["global"])?;
    match global.as_deref() {
        None | Some("false") => Ok(()),
        Some("true") => Err(Problem::forbidden("this route covers one tenant: remove `global=true`")),
        Some(_) => Err(Problem::invalid_query("`global` must be true or false")),
    }
}

/// Removes the body of a response to HEAD, which keeps the length of the response to GET.
fn remove_body(response: &mut Response<Body>) {
    let length = std::mem::take(response.body_mut()).size_hint().exact();
    if let Some(length) = length
        && response.status() != StatusCode::NOT_MODIFIED
    {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
}
