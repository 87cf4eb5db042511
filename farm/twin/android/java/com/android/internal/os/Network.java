package com.android.internal.os;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The process's way out: everything through the phone's network stack, trust from its stores. */
final class Network {
    private Network() {}

    static void bind() {
        int gateway = Binding.port("gateway");
        if (gateway > 0) {
            ProxySelector.setDefault(new Gateway(gateway));
        }
        trust(Binding.texts("trust"));
    }

    /** Makes these PEM certificates the default trust, for connections made from now on. */
    static void trust(List<String> certificates) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            int number = 0;
            for (String pem : certificates) {
                for (Certificate found : factory.generateCertificates(
                        new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
                    store.setCertificateEntry("ca" + number++, found);
                }
            }
            if (number == 0) {
                return; // an empty store is an error at connect time, not a refusal
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            SSLContext.setDefault(context);
            HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
            SystemTrust.set(store);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the phone's trust store cannot be read", e);
        }
    }

    private static final class Gateway extends ProxySelector {
        private final List<Proxy> proxies;

        Gateway(int port) {
            proxies = Collections.singletonList(
                    new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("127.0.0.1", port)));
        }

        @Override
        public List<Proxy> select(URI uri) {
            return proxies;
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException error) {
            // Nothing to choose instead.
        }
    }
}
