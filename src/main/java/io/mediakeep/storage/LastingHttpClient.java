package io.mediakeep.storage;

import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * An HTTP client of the storage that is made anew when an error has ended it. The library closes its connections for good when an
 * {@link Error} comes its way, such as one answer for which memory does not suffice; every later request would fail. Thread-safe.
 */
final class LastingHttpClient implements SdkHttpClient {
    private static final Logger LOG = LoggerFactory.getLogger(LastingHttpClient.class);

    private final Supplier<SdkHttpClient> maker;
    private volatile SdkHttpClient current;
    private boolean closed;

    LastingHttpClient(Supplier<SdkHttpClient> maker) {
        this.maker = maker;
        this.current = maker.get();
    }

    /** @param clients builds the clients, one after the other */
    static Builder builder(SdkHttpClient.Builder<?> clients) {
        return new Builder(clients);
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        SdkHttpClient used = current;
        ExecutableHttpRequest prepared = used.prepareRequest(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                try {
                    return prepared.call();
                } catch (OutOfMemoryError e) {
                    renew(used);
                    throw new IOException("memory did not suffice for the answer of the storage", e);
                } catch (Error e) {
                    renew(used);
                    throw e;
                } catch (IllegalStateException e) { // "Connection pool shut down", by an error of another request
                    renew(used);
                    throw new IOException("the connections to the storage were closed", e);
                }
            }

            @Override
            public void abort() {
                prepared.abort();
            }
        };
    }

    @Override
    public synchronized void close() {
        closed = true;
        current.close();
    }

    @Override
    public String clientName() {
        return current.clientName();
    }

    private synchronized void renew(SdkHttpClient ended) {
        if (!closed && current == ended) {
            LOG.warn("An error ended the HTTP client of the storage: a new one is made");
            current = maker.get();
            ended.close();
        }
    }

    /** For a client of a service, which then closes it. */
    static final class Builder implements SdkHttpClient.Builder<Builder> {
        private final SdkHttpClient.Builder<?> clients;

        private Builder(SdkHttpClient.Builder<?> clients) {
            this.clients = clients;
        }

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return new LastingHttpClient(() -> clients.buildWithDefaults(defaults));
        }
    }
}
