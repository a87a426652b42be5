package io.mediakeep.fetch;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.HttpsSupport;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * TLS to hosts whose names hold an underscore too. The JDK neither tells the server such a name nor compares a certificate with it;
 * so it is told here, and the client library compares. Thread-safe.
 */
final class MediaTls implements TlsSocketStrategy {
    private final TlsSocketStrategy usual;
    private final SSLContext tls;

    MediaTls(SSLContext tls) {
        this.usual = new DefaultClientTlsStrategy(tls);
        this.tls = tls;
    }

    @Override
    public SSLSocket upgrade(Socket socket, String host, int port, Object attachment, HttpContext context)
            throws IOException {
        TlsSocketStrategy strategy = host.indexOf('_') < 0 ? usual : new Named(tls, host);
        return strategy.upgrade(socket, host, port, attachment, context);
    }

    private static final class Named extends DefaultClientTlsStrategy {
        private final String host;

        Named(SSLContext tls, String host) {
            super(tls, HostnameVerificationPolicy.CLIENT, HttpsSupport.getDefaultHostnameVerifier());
            this.host = host;
        }

        @Override
        protected void initializeSocket(SSLSocket socket) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new Name(host)));
            socket.setSSLParameters(parameters);
        }
    }

    /** The JDK's own class refuses the underscore. */
    private static final class Name extends SNIServerName {
        Name(String host) {
            super(StandardConstants.SNI_HOST_NAME, host.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
