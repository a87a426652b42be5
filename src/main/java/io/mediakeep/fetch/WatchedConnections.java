package io.mediakeep.fetch;

import java.io.IOException;
import java.net.Socket;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpRequestWriterFactory;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.apache.hc.core5.http.io.HttpMessageWriter;
import org.apache.hc.core5.http.io.HttpMessageWriterFactory;
import org.apache.hc.core5.util.Timeout;

/**
 * Connections on which bytes after the end of an answer do not go unseen: the client would drop them, or take them for the
 * beginning of the next answer. Thread-safe.
 */
final class WatchedConnections implements HttpConnectionFactory<ManagedHttpClientConnection> {
    private static final Timeout NOW = Timeout.ofMilliseconds(1);

    private final Http1Config config;
    private final ThreadLocal<ManagedHttpClientConnection> lastUsed = new ThreadLocal<>();

    WatchedConnections(Http1Config config) {
        this.config = config;
    }

    @Override
    public ManagedHttpClientConnection createConnection(Socket socket) throws IOException {
        ManagedHttpClientConnection[] self = new ManagedHttpClientConnection[1];
        HttpMessageWriterFactory<ClassicHttpRequest> writers = () -> writer(self);
        self[0] = ManagedHttpClientConnectionFactory.builder()
                .http1Config(config)
                .requestWriterFactory(writers)
                .build()
                .createConnection(socket);
        return self[0];
    }

    /** The connection on which the calling thread sent its last request; null if it got none. Forgets it. */
    ManagedHttpClientConnection takeLastUsed() {
        ManagedHttpClientConnection connection = lastUsed.get();
        lastUsed.remove();
        return connection;
    }

    private HttpMessageWriter<ClassicHttpRequest> writer(ManagedHttpClientConnection[] self) {
        HttpMessageWriter<ClassicHttpRequest> writer = DefaultHttpRequestWriterFactory.INSTANCE.create();
        boolean[] used = new boolean[1];
        return (request, buffer, stream) -> {
            if (used[0] && self[0].isDataAvailable(NOW)) {
                throw new UnaskedBytesException();
            }
            used[0] = true;
            lastUsed.set(self[0]);
            writer.write(request, buffer, stream);
        };
    }

    /** The connection holds bytes before a request was sent on it. */
    static final class UnaskedBytesException extends ProtocolException {
        private static final long serialVersionUID = 1L;

        UnaskedBytesException() {
            super("bytes after the end of the previous answer");
        }
    }
}
