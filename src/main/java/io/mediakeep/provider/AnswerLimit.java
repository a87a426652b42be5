package io.mediakeep.provider;

import io.mediakeep.provider.ProviderException.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * Bounds the answers that the http component reads, while it reads them and after they are unpacked: neither a page nor its
 * headers may fill the heap, and none may take for ever. A larger one is a {@link ProviderException}, and its connection is cut instead of read to the end. Thread-safe.
 */
public final class AnswerLimit implements HttpClientConfigurer {
    /** The client's own limits are for each byte: an answer that trickles, or never gets beyond its beginning, keeps them all. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final long most;
    private final Duration longest;
    private final HttpClientConfigurer other;

    AnswerLimit(long most, HttpClientConfigurer other) {
        this(most, LONGEST, other);
    }

    /**
     * @param most    bytes
     * @param longest from the request to the last byte
     * @param other   is asked first; null for none
     */
    AnswerLimit(long most, Duration longest, HttpClientConfigurer other) {
        this.most = most;
        this.longest = longest;
        this.other = other;
    }

    /** Puts the limit into the components {@code http} and {@code https}, beside what the user has put there. */
    public static void apply(CamelContext context, long most) {
        LimitedHttp.replace(context);
        for (String scheme : List.of("http", "https")) {
            HttpComponent component = context.getComponent(scheme, HttpComponent.class);
            component.setHttpClientConfigurer(new AnswerLimit(most, component.getHttpClientConfigurer()));
        }
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        if (other != null) {
            other.configureHttpClient(builder);
        }
        builder.addExecInterceptorFirst("mediakeep-answer-limit", (request, scope, chain) -> {
            ClassicHttpResponse answer;
            long deadline = System.nanoTime() + longest.toNanos();
            CompletableFuture<Void> begun =
                    new CompletableFuture<Void>().orTimeout(longest.toNanos(), TimeUnit.NANOSECONDS);
            begun.exceptionally(late -> {
                cancel(scope.originalRequest);
                return null;
            });
            try {
                answer = chain.proceed(request, scope);
            } catch (OutOfMemoryError e) {
                scope.execRuntime.discardEndpoint(); // the library leaves its connection taken for ever
                throw new IOException("memory did not suffice for the answer", e);
            } finally {
                begun.complete(null);
            }
            HttpEntity entity = answer.getEntity();
            if (entity != null) {
                if (entity.getContentLength() > most) {
                    scope.execRuntime.discardEndpoint();
                    throw tooLarge();
                }
                answer.setEntity(new Bounded(entity, deadline, scope.execRuntime::discardEndpoint));
            }
            return answer;
        });
    }

    private static void cancel(HttpRequest request) {
        if (request instanceof Cancellable running) {
            running.cancel();
        }
    }

    private ProviderException tooLarge() {
        return new ProviderException(Kind.TROUBLE, "the answer is larger than " + most + " bytes", null);
    }

    private final class Bounded extends HttpEntityWrapper {
        private final long deadline;
        private final Runnable cut;

        Bounded(HttpEntity entity, long deadline, Runnable cut) {
            super(entity);
            this.deadline = deadline;
            this.cut = cut;
        }

        @Override
        public InputStream getContent() throws IOException {
            InputStream content = super.getContent();
            return content == null ? null : new BoundedStream(content, deadline, cut);
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (InputStream content = getContent()) {
                content.transferTo(out);
            }
        }
    }

    private final class BoundedStream extends FilterInputStream {
        private final long deadline;
        private final Runnable cut;
        private long read;

        BoundedStream(InputStream in, long deadline, Runnable cut) {
            super(in);
            this.deadline = deadline;
            this.cut = cut;
        }

        @Override
        public int read() throws IOException {
            int one = in.read();
            count(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int some = in.read(buffer, from, length);
            count(Math.max(0, some));
            return some;
        }

        @Override
        public long skip(long length) throws IOException {
            long skipped = in.skip(length);
            count(skipped);
            return skipped;
        }

        private void count(long bytes) {
            read += bytes;
            if (read > most) {
                cut.run();
                throw tooLarge();
            }
            if (System.nanoTime() - deadline > 0) {
                cut.run();
                throw new ProviderException(
                        Kind.TROUBLE, "the answer did not end within " + longest.toSeconds() + " s", null);
            }
        }
    }
}
