package io.mediakeep.provider;

import io.mediakeep.fetch.LastingPool;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.component.http.HttpComponentConfigurer;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.annotations.Component;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.socket.ConnectionSocketFactory;
import org.apache.hc.core5.http.config.Registry;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.util.TimeValue;

/**
 * The http component with limits for lines and headers of an answer, and with pools that outlive an error. It stands in for the
 * original one, so every endpoint has them, whoever wrote its route.
 */
@Component("http,https")
final class LimitedHttp extends HttpComponent {
    /** To be called before anything asks for the components. */
    static void replace(CamelContext context) {
        for (String scheme : List.of("http", "https")) {
            if (context.hasComponent(scheme) == null) {
                context.addComponent(scheme, new LimitedHttp());
            }
        }
    }

    @Override
    public PropertyConfigurer getComponentPropertyConfigurer() {
        return new HttpComponentConfigurer();
    }

    @Override
    @SuppressWarnings("deprecation") // the signature is the component's
    protected HttpClientConnectionManager createConnectionManager(
            Registry<ConnectionSocketFactory> sockets, int most, int mostPerHost, SocketConfig config) {
        LastingPool pool = new LastingPool(
                new DefaultHttpClientConnectionOperator(sockets, null, null),
                TimeValue.ofMilliseconds(getConnectionTimeToLive()),
                ManagedHttpClientConnectionFactory.builder()
                        .http1Config(LastingPool.limits())
                        .build());
        pool.setDefaultSocketConfig(config);
        int total = most == 0 ? getMaxTotalConnections() : most;
        if (total > 0) {
            pool.setMaxTotal(total);
        }
        int perHost = mostPerHost == 0 ? getConnectionsPerRoute() : mostPerHost;
        if (perHost > 0) {
            pool.setDefaultMaxPerRoute(perHost);
        }
        return pool;
    }
}
