package io.mediakeep.fetch;

import io.mediakeep.settings.ProxySettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;

/** Lets an HTTP client go through the proxy of the settings, for the hosts that are to. Immutable. */
public final class HttpProxy extends ProxySelector {
    private final ProxySettings settings;
    private final Predicate<String> hosts;

    private HttpProxy(ProxySettings settings, Predicate<String> hosts) {
        this.settings = settings;
        this.hosts = hosts;
    }

    /**
     * An endpoint with a proxy of its own keeps it.
     *
     * @param hosts which hosts are asked through the proxy, unless they are this machine
     */
    public static void apply(HttpClientBuilder builder, ProxySettings settings, Predicate<String> hosts) {
        builder.setProxySelector(new HttpProxy(settings, hosts));
        if (settings.user() != null) {
            BasicCredentialsProvider credentials = new BasicCredentialsProvider();
            credentials.setCredentials(
                    new AuthScope(settings.host(), settings.port()),
                    new UsernamePasswordCredentials(
                            settings.user(), settings.password().toCharArray()));
            builder.setDefaultCredentialsProvider(credentials);
        }
    }

    /** The proxy is where the settings say, be that a private address; all else is resolved as before. */
    static DnsResolver resolver(ProxySettings settings, DnsResolver others) {
        return new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                return host.equals(settings.host()) ? InetAddress.getAllByName(host) : others.resolve(host);
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
    }

    @Override
    public List<Proxy> select(URI uri) {
        // A host with an underscore is none to this class.
        String host =
                uri.getHost() != null ? uri.getHost() : uri.getRawAuthority().replaceFirst(":[0-9]*$", "");
        boolean through = hosts.test(host) && !ProxySettings.isLoopback(host);
        return List.of(
                through
                        ? new Proxy(
                                Proxy.Type.HTTP, InetSocketAddress.createUnresolved(settings.host(), settings.port()))
                        : Proxy.NO_PROXY);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // The request says so itself.
    }
}
