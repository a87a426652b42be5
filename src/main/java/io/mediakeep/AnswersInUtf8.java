package io.mediakeep;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;

/**
 * Every route that takes HTTP requests, also one that a user adds: Camel notes the charset that a sender names, and would
 * convert the answer by it.
 */
final class AnswersInUtf8 extends RoutePolicySupport implements RoutePolicyFactory {
    @Override
    public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        return this;
    }

    @Override
    public void onExchangeBegin(Route route, Exchange exchange) {
        if (exchange.removeProperty(ExchangePropertyKey.CHARSET_NAME) != null) {
            exchange.getMessage().removeHeader(Exchange.HTTP_CHARACTER_ENCODING);
        }
    }
}
