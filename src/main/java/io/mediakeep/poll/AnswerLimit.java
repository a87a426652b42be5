package io.mediakeep.poll;

import io.mediakeep.poll.ProviderException.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * Bounds the answers that the http component reads, while it reads them and after they are unpacked: a page must not fill
 * the heap. A larger one is a {@link ProviderException}, and its connection is cut instead of read to the end. Thread-safe.
 */
public final class AnswerLimit implements HttpClientConfigurer {
    private final long most;
    private final HttpClientConfigurer other;

    /**
     * @param most  bytes
     * @param other is asked first; null for none
     */
    AnswerLimit(long most, HttpClientConfigurer other) {
        this.most = most;
        this.other = other;
    }

    /** Puts the limit into the components {@code http} and {@code https}, beside what the user has put there. */
    public static void apply(CamelContext context, long most) {
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
            var answer = chain.proceed(request, scope);
            HttpEntity entity = answer.getEntity();
            if (entity != null) {
                if (entity.getContentLength() > most) {
                    scope.execRuntime.discardEndpoint();
                    throw tooLarge();
                }
                answer.setEntity(new Bounded(entity, scope.execRuntime::discardEndpoint));
            }
            return answer;
        });
    }

    private ProviderException tooLarge() {
        return new ProviderException(Kind.TROUBLE, "the answer is larger than " + most + " bytes", null);
    }

    private final class Bounded extends HttpEntityWrapper {
        private final Runnable cut;

        Bounded(HttpEntity entity, Runnable cut) {
            super(entity);
            this.cut = cut;
        }

        @Override
        public InputStream getContent() throws IOException {
            InputStream content = super.getContent();
            return content == null ? null : new BoundedStream(content, cut);
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (InputStream content = getContent()) {
                content.transferTo(out);
            }
        }
    }

    private final class BoundedStream extends FilterInputStream {
        private final Runnable cut;
        private long read;

        BoundedStream(InputStream in, Runnable cut) {
            super(in);
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
        }
    }
}
