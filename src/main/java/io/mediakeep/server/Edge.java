package io.mediakeep.server;

import io.mediakeep.metrics.Counters;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * The outermost part of a server: it reads requests strictly ({@link StrictRequestDecoder}), bounds what Vert.x does not (the number of headers, the time for headers and body),
 * lets only JSON through to callbacks and API, writes what Vert.x answers by itself as a problem document, and counts what
 * the callback door refuses. Thread-safe.
 */
final class Edge {
    private static final String CALLBACKS = "/callbacks";
    private static final String API = "/api";
    private static final String OBJECT = API + "/object";
    /** The path of a callback: where the server knows none, its route is away for a while, and no sender may be told 404. */
    private static final Pattern DOOR = Pattern.compile(CALLBACKS + "/[^/]+/[^/]+/?");

    private static final String RETRY_AFTER = "5";
    private static final int[] ANSWERED_BY_VERTX = {400, 404, 405, 406, 408, 413, 414, 415, 431, 500, 501, 503};
    /** After these answers the rest of a request may still be on its way. */
    private static final Set<Integer> CLOSING = Set.of(400, 408, 413, 414, 415, 431);
    /** A caller that still sends reads its answer only if the connection is not cut off at once. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private static final String ENTERED = Edge.class.getName();
    private static final String WHILE_REPLACING = ENTERED + ".replacing";
    private static final long NEVER = Long.MAX_VALUE;
    private static final long MOST_SWEEP_MILLIS = 1_000;

    private final Vertx vertx;
    private final HttpServer server;
    private final HttpServerOptions options;
    private final ServerLimits limits;
    private final Counters counters;
    private final BooleanSupplier replacing;
    private final Map<HttpConnection, Phase> open = new ConcurrentHashMap<>();
    private boolean installed;

    Edge(
            Vertx vertx,
            HttpServer server,
            HttpServerOptions options,
            ServerLimits limits,
            Counters counters,
            BooleanSupplier replacing) {
        this.vertx = vertx;
        this.server = server;
        this.options = options;
        this.limits = limits;
        this.counters = counters;
        this.replacing = replacing;
        server.connectionHandler(this::connected);
        server.invalidRequestHandler(this::invalid);
        long shortest =
                Math.min(limits.headerTimeout().toMillis(), limits.bodyTimeout().toMillis());
        vertx.setPeriodic(Math.max(10, Math.min(MOST_SWEEP_MILLIS, shortest / 4)), timer -> sweep());
    }

    /** What a connection is expected to do, and until when. */
    private static final class Phase {
        private final Context context;
        private volatile long deadline;
        /** The request whose body is still coming, else null. */
        private volatile RoutingContext reading;
        /** It was answered for the last time. */
        private volatile boolean ended;

        Phase(Context context) {
            this.context = context;
        }

        void within(Duration time) {
            deadline = System.nanoTime() + time.toNanos();
        }
    }

    private void connected(HttpConnection connection) {
        install();
        Phase phase = new Phase(vertx.getOrCreateContext());
        ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
        if (pipeline.get(StrictRequestDecoder.NAME) != null) {
            pipeline.replace(
                    StrictRequestDecoder.NAME,
                    StrictRequestDecoder.NAME,
                    new StrictRequestDecoder(options, () -> breakOff(connection, phase, 400)));
        }
        phase.within(limits.headerTimeout());
        open.put(connection, phase);
        connection.closeHandler(closed -> open.remove(connection));
    }

    /** Camel sets its router after the server was made, and before anybody can connect. */
    private synchronized void install() {
        if (!installed && server.requestHandler() instanceof Router router) {
            for (int status : ANSWERED_BY_VERTX) {
                router.errorHandler(status, ctx -> refuse(ctx, status));
            }
            router.route().order(-1).handler(this::enter);
            installed = true;
        }
    }

    private void enter(RoutingContext ctx) {
        HttpServerRequest request = ctx.request();
        Phase phase = open.get(request.connection());
        if (phase == null || phase.ended) {
            request.connection().close();
            return;
        }
        phase.reading = ctx;
        phase.within(limits.bodyTimeout());
        request.end().onComplete(end -> {
            phase.reading = null;
            if (!ctx.response().headWritten()) {
                phase.deadline = NEVER;
            }
        });
        String path = ctx.normalizedPath();
        boolean callback = isCallback(path);
        ctx.addEndHandler(answered -> {
            int status = ctx.response().getStatusCode();
            if (callback && status >= 400) {
                counters.refused(status);
            }
            leave(request, phase, status);
        });
        ctx.addHeadersEndHandler(answering -> {
            HttpServerResponse response = ctx.response();
            response.setStatusCode(said(ctx, response.getStatusCode()));
            if (response.getStatusCode() == 503 && !response.headers().contains("Retry-After")) {
                response.putHeader("Retry-After", RETRY_AFTER);
            }
            if (!callback) {
                forBrowsers(response, path);
            }
            phase.within(limits.idleTimeout());
        });
        ctx.put(ENTERED, true);
        ctx.put(WHILE_REPLACING, replacing.getAsBoolean());
        if (request.headers().size() > limits.maxHeaders()) {
            ctx.fail(431);
        } else if ((callback || path.startsWith(API + "/"))
                && request.method() == HttpMethod.POST
                && !mayBeJson(request)) {
            ctx.fail(415);
        } else {
            ctx.next();
        }
    }

    /** Camel takes Cache-Control from every answer of a route. A stored media never changes under its link. */
    private static void forBrowsers(HttpServerResponse response, String path) {
        boolean lasting = path.equals(OBJECT) && response.getStatusCode() < 400;
        response.putHeader("Cache-Control", lasting ? "private, max-age=900" : "no-store");
        response.putHeader("X-Content-Type-Options", "nosniff");
    }

    private void leave(HttpServerRequest request, Phase phase, int status) {
        if (CLOSING.contains(status) && !request.isEnded()) {
            phase.ended = true;
            phase.reading = null;
            phase.within(LINGER);
        } else if (!phase.ended) {
            phase.within(limits.idleTimeout());
        }
    }

    /** A provider that names no type is believed until its body is read; an empty body is of no type. */
    private static boolean mayBeJson(HttpServerRequest request) {
        String given = request.getHeader("Content-Type");
        if (given == null || given.isBlank() || "0".equals(request.getHeader("Content-Length"))) {
            return true;
        }
        int end = given.indexOf(';');
        String type = (end < 0 ? given : given.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.equals("application/json")
                || type.equals("text/json")
                || type.matches("application/[a-z0-9.-]{1,64}\\+json");
    }

    private void sweep() {
        long now = System.nanoTime();
        open.forEach((connection, phase) -> {
            if (phase.deadline != NEVER && phase.deadline - now < 0) {
                phase.context.runOnContext(due -> expire(connection, phase));
            }
        });
    }

    private void expire(HttpConnection connection, Phase phase) {
        long deadline = phase.deadline;
        if (deadline == NEVER || deadline - System.nanoTime() >= 0) {
            return;
        }
        breakOff(connection, phase, 408);
    }

    /** Answers the request whose body is still coming, if there is one; the connection is of no further use. */
    private static void breakOff(HttpConnection connection, Phase phase, int status) {
        RoutingContext reading = phase.reading;
        if (reading != null && !reading.response().ended()) {
            phase.within(LINGER);
            phase.reading = null;
            reading.fail(status);
        } else {
            connection.close();
        }
    }

    private void refuse(RoutingContext ctx, int status) {
        if (ctx.get(ENTERED) == null) {
            countAtDoor(ctx.request(), status);
        }
        boolean away = status == 404
                && (isReplacing(ctx) || DOOR.matcher(ctx.normalizedPath()).matches());
        problem(ctx.request(), away ? 503 : said(ctx, status));
    }

    /** Our own trouble is told to the sender of a callback as such, so that it comes again; so is a route that is stopped. */
    private int said(RoutingContext ctx, int status) {
        return status == 500 && (isCallback(ctx.normalizedPath()) || isReplacing(ctx)) ? 503 : status;
    }

    private boolean isReplacing(RoutingContext ctx) {
        return Boolean.TRUE.equals(ctx.get(WHILE_REPLACING)) || replacing.getAsBoolean();
    }

    private static boolean isCallback(String path) {
        return path.equals(CALLBACKS) || path.startsWith(CALLBACKS + "/");
    }

    /** A path that cannot be normalized never comes to {@link #enter}. */
    private void countAtDoor(HttpServerRequest request, int status) {
        if (request.path() != null && request.path().startsWith(CALLBACKS)) {
            counters.refused(status);
        }
    }

    /** What the decoder could not read. */
    private void invalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        int status =
                cause instanceof TooLongHttpLineException ? 414 : cause instanceof TooLongFrameException ? 431 : 400;
        countAtDoor(request, status);
        Phase phase = open.get(request.connection());
        if (phase != null) {
            phase.ended = true;
            phase.within(LINGER);
        }
        problem(request, status);
    }

    private static void problem(HttpServerRequest request, int status) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        String body =
                "{\"title\":\"" + HttpResponseStatus.valueOf(status).reasonPhrase() + "\",\"status\":" + status + "}";
        // The same headers in the same order as Camel writes them.
        response.setStatusCode(status)
                .putHeader("Content-Length", Integer.toString(body.length()))
                .putHeader("Content-Type", "application/problem+json");
        if (CLOSING.contains(status)) {
            response.putHeader("Connection", "close");
        }
        response.end(body);
    }
}
