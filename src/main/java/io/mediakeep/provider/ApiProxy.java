package io.mediakeep.provider;

import io.mediakeep.fetch.HttpProxy;
import io.mediakeep.settings.ProxySettings;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;

/** Sends the calls of provider APIs through the proxy of the settings; other endpoints, such as announcements, go as they did. */
public final class ApiProxy implements HttpClientConfigurer {
    private final ProxySettings proxy;
    private final Set<String> hosts;
    private final HttpClientConfigurer other;

    private ApiProxy(ProxySettings proxy, Set<String> hosts, HttpClientConfigurer other) {
        this.proxy = proxy;
        this.hosts = hosts;
        this.other = other;
    }

    /** @param hosts of the APIs */
    public static void apply(CamelContext context, ProxySettings proxy, Set<String> hosts) {
        for (String scheme : List.of("http", "https")) {
            HttpComponent component = context.getComponent(scheme, HttpComponent.class);
            component.setHttpClientConfigurer(new ApiProxy(proxy, hosts, component.getHttpClientConfigurer()));
        }
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        if (other != null) {
            other.configureHttpClient(builder);
        }
        HttpProxy.apply(builder, proxy, hosts::contains);
    }
}
