package io.mediakeep.server;

import io.mediakeep.metrics.Counters;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The Vert.x that Camel makes its servers with, found in the registry. Camel's settings reach none of Vert.x's own limits,
 * and each server that comes out of here has them. Thread-safe.
 */
public final class LimitedVertx extends VertxWrapper {
    private static final long PATIENCE_SECONDS = 5;

    private final ServerLimits limits;
    private final Counters counters;
    private final BooleanSupplier replacing;

    /**
     * @param options   null for the defaults
     * @param replacing whether routes are being replaced at this moment
     */
    public LimitedVertx(VertxOptions options, ServerLimits limits, Counters counters, BooleanSupplier replacing) {
        super((VertxInternal) Vertx.vertx(options == null ? new VertxOptions() : options));
        this.limits = limits;
        this.counters = counters;
        this.replacing = replacing;
    }

    @Override
    public HttpServer createHttpServer(HttpServerOptions options) {
        HttpServer server = super.createHttpServer(options.setMaxInitialLineLength(limits.maxLine())
                .setMaxHeaderSize(limits.maxHeaderSize())
                // Without TLS nobody needs HTTP/2, and its upgrade is one more way in.
                .setHttp2ClearTextEnabled(false));
        new Edge(this, server, options, limits, counters, replacing);
        return server;
    }

    /** Camel closes its servers, but no Vert.x that it did not make. */
    public void shut() throws Exception {
        close().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
