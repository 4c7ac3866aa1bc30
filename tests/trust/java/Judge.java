import java.net.URI;
import java.security.KeyStore;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** What this Java trusts: the status of an HTTPS request, or why there is none; without a URL, how many roots it has. */
public class Judge {
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            for (TrustManager manager : factory.getTrustManagers()) {
                System.out.println(((X509TrustManager) manager).getAcceptedIssuers().length);
            }
            return;
        }
        try {
            var connection = (HttpsURLConnection) URI.create(args[0]).toURL().openConnection();
            System.out.println("status " + connection.getResponseCode());
        } catch (java.io.IOException exception) {
            System.out.println(exception);
        }
    }
}
