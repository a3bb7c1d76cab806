"""The portal's tables as Django sees them; it makes none of them."""

from django.db import models
from django.utils import timezone


class Row(models.Model):
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)
    row_version = models.IntegerField(default=1, editable=False)
    custom_data = models.JSONField(default=dict, editable=False)

    class Meta:
        abstract = True


class Department(Row):
    name = models.CharField(max_length=80)

    class Meta:
        managed = False
        db_table = "department"

    def __str__(self):
        return self.name


class Employee(Row):
    name = models.CharField(max_length=80)

    class Meta:
        managed = False
        db_table = "employee"

    def __str__(self):
        return self.name


class Source(Row):
    name = models.CharField(max_length=80)

    class Meta:
        managed = False
        db_table = "customer_source"

    def __str__(self):
        return self.name


class Region(Row):
    name = models.CharField(max_length=80)

    class Meta:
        managed = False
        db_table = "region"

    def __str__(self):
        return self.name


class Owned(Row):
    code = models.CharField(max_length=32, unique=True)
    owner = models.ForeignKey(Employee, models.RESTRICT, related_name="+")
    department = models.ForeignKey(Department, models.RESTRICT, related_name="+")
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


GRADES = [(letter, letter) for letter in "ABCD"]


class Customer(Owned):
    name = models.CharField(max_length=120)
    kind = models.CharField(
        max_length=8, choices=[("person", "Person"), ("company", "Company")], default="person"
    )
    gender = models.CharField(max_length=8, null=True, blank=True)
    birthday = models.DateField(null=True, blank=True)
    grade = models.CharField(max_length=1, null=True, blank=True, choices=GRADES)
    country = models.CharField(max_length=60, null=True, blank=True)
    region = models.ForeignKey(Region, models.RESTRICT, null=True, blank=True)
    city = models.CharField(max_length=60, null=True, blank=True)
    address = models.CharField(max_length=200, null=True, blank=True)
    source = models.ForeignKey(Source, models.RESTRICT)
    source_customer_no = models.CharField(max_length=60, null=True, blank=True)
    completeness = models.IntegerField(default=0)
    status = models.CharField(
        max_length=8, default="active", choices=[("active", "Active"), ("merged", "Merged")]
    )
    note = models.TextField(null=True, blank=True)

    class Meta:
        managed = False
        db_table = "customer"

    def __str__(self):
        return f"{self.code} {self.name}"


class Partner(Owned):
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    status = models.CharField(max_length=12)
    grade = models.CharField(max_length=1, null=True, blank=True, choices=GRADES)
    region = models.ForeignKey(Region, models.RESTRICT, null=True, blank=True)

    class Meta:
        managed = False
        db_table = "partner"

    def __str__(self):
        return self.name


class Plan(Owned):
    name = models.CharField(max_length=160)
    plan_type = models.CharField(max_length=10)
    budget_amount = models.BigIntegerField(default=0)
    status = models.CharField(max_length=16)

    class Meta:
        managed = False
        db_table = "marketing_plan"

    def __str__(self):
        return f"{self.code} {self.name}"


class Agreement(Owned):
    title = models.CharField(max_length=160)
    partner = models.ForeignKey(Partner, models.RESTRICT)
    start_on = models.DateField()
    end_on = models.DateField()
    amount = models.BigIntegerField(default=0)
    status = models.CharField(max_length=16, default="draft")

    class Meta:
        managed = False
        db_table = "partner_agreement"


class Purchase(Row):
    source = models.ForeignKey(Source, models.RESTRICT)
    external_no = models.CharField(max_length=60)
    customer = models.ForeignKey(Customer, models.RESTRICT, null=True, blank=True)
    purchased_at = models.DateTimeField()
    currency_code = models.CharField(max_length=3, default="CNY")
    total_amount = models.BigIntegerField(default=0)

    class Meta:
        managed = False
        db_table = "purchase"
