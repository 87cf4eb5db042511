package a.b;

import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;

/** OkHttp's pinner as an obfuscator left it. */
public class c {
    public void a(String hostname, List<?> peerCertificates) throws SSLPeerUnverifiedException {
        throw new SSLPeerUnverifiedException("Certificate pinning failure!\n  Peer certificate chain:");
    }
}
