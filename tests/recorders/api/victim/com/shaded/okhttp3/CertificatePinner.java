package com.shaded.okhttp3;

import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;

/** OkHttp's pinner as a build tool moved it to another package. */
public class CertificatePinner {
    public void check(String hostname, List<?> peerCertificates) throws SSLPeerUnverifiedException {
        throw new SSLPeerUnverifiedException("Certificate pinning failure!\n  Peer certificate chain:");
    }
}
