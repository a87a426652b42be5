package io.mediakeep.fetch;

import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool of connections that outlives an error. The client library closes the pool for good when an {@link Error} comes its way,
 * such as one answer for which memory does not suffice, and would never ask any host again. Thread-safe.
 */
public final class LastingPool extends PoolingHttpClientConnectionManager {
    private static final Logger LOG = LoggerFactory.getLogger(LastingPool.class);

    public LastingPool(
            HttpClientConnectionOperator operator,
            TimeValue timeToLive,
            HttpConnectionFactory<ManagedHttpClientConnection> connections) {
        super(operator, PoolConcurrencyPolicy.STRICT, PoolReusePolicy.LIFO, timeToLive, connections);
    }

    /** Limits of what an answer may bring before its body; without them it may fill the heap. */
    public static Http1Config limits() {
        return Http1Config.custom()
                .setMaxHeaderCount(100)
                .setMaxLineLength(16 << 10)
                .setMaxEmptyLineCount(10)
                .build();
    }

    /** At once is how the library closes after an error; owners close gracefully, or by {@link #end}. */
    @Override
    public void close(CloseMode mode) {
        if (mode == CloseMode.IMMEDIATE) {
            LOG.warn("An error came through an HTTP client: its idle connections are closed, and it goes on");
            closeIdle(TimeValue.ZERO_MILLISECONDS);
        } else {
            super.close(mode);
        }
    }

    /** Closes all connections at once, for good. */
    public void end() {
        super.close(CloseMode.IMMEDIATE);
    }
}
