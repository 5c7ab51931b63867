"""Microsoft Advertising: records become calls of its Campaign Management service, answers become refusals."""

from reverse_etl.destinations.microsoft_ads.destination import MicrosoftAds
from reverse_etl.destinations.microsoft_ads.settings import MicrosoftAdsSettings

__all__ = ["MicrosoftAds", "MicrosoftAdsSettings"]
